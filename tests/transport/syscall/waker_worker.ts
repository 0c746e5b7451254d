import { workerData } from "node:worker_threads";
import { wake, type WakeUpHandle } from "../../../src/transport/syscall/wake_up.ts";

wake(workerData as WakeUpHandle);
