import type { ConformanceCase } from "./case.ts";
export const closingCases: readonly ConformanceCase[] = [];
