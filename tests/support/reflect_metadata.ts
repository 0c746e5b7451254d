/**
 * The part of the Reflect metadata proposal that `@peculiar/x509`'s dependency injection asks for. Import it
 * ahead of `@peculiar/x509`.
 *
 * @module
 */

const metadata = new WeakMap<object, Map<unknown, unknown>>();

function getOwnMetadata(key: unknown, target: object): unknown {
  return metadata.get(target)?.get(key);
}

function getMetadata(key: unknown, target: object): unknown {
  for (let object: object | null = target; object !== null; object = Object.getPrototypeOf(object)) {
    const value = getOwnMetadata(key, object);
    if (value !== undefined) return value;
  }
  return undefined;
}

function defineMetadata(key: unknown, value: unknown, target: object): void {
  const own = metadata.get(target) ?? new Map<unknown, unknown>();
  metadata.set(target, own.set(key, value));
}

if (!("getMetadata" in Reflect)) {
  Object.assign(Reflect, { getOwnMetadata, getMetadata, defineMetadata });
}
