import { runSuite } from "./run_suite.ts";

runSuite("deflate");
