/**
 * Where the worker's module is. JSR rewrites import specifiers, but not this URL, and ships the worker to npm users
 * as JavaScript, and only if it is in the import graph; hence the extension, and the function below.
 */
export function defaultWorkerUrl(): URL {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const url = new URL(`./worker.${extension}`, import.meta.url);
  if (url.protocol === "file:") return url;
  // `node:worker_threads` takes files and data: a module from elsewhere is imported by one that is data.
  return new URL(`data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(url.href)};`)}`);
}

/** Never called: puts the worker into the import graph, so that it is published and cached with the rest. */
export const workerInGraph = (): Promise<unknown> => import("./worker.ts");
