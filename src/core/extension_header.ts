import { isToken, trimWhitespace } from "./field_syntax.ts";

/** One parameter of an extension; without a value it is a flag. */
export interface ExtensionParameter {
  /** In the case in which it was sent. */
  readonly name: string;
  /** Quotes and escapes taken away. */
  readonly value: string | undefined;
}

/** One element of a `Sec-WebSocket-Extensions` header. */
export interface Extension {
  /** In the case in which it was sent. */
  readonly name: string;
  /** In order, duplicates included: what they mean is the extension's own matter. */
  readonly parameters: readonly ExtensionParameter[];
}

/** An extension that the client offers. */
export interface ExtensionOffer {
  /** The extension's registered name, for example `permessage-deflate`. */
  readonly name: string;
  /**
   * What the request says: the name with its parameters; several such, joined by commas, are alternatives in
   * order of preference.
   */
  readonly offer: string;
  /**
   * Called when the server accepted the extension, with the parameters it chose. Answers what is wrong with
   * them, for the error message, or `undefined` when they are agreed on.
   */
  accept(parameters: readonly ExtensionParameter[]): string | undefined;
}

/**
 * Reads the value of a `Sec-WebSocket-Extensions` header (RFC 6455 §9.1):
 *
 * ```text
 * extension-list  = 1#( token *( ";" extension-param ) )
 * extension-param = token [ "=" (token | quoted-string) ]
 * ```
 *
 * Empty elements of the list are passed over (RFC 9110 §5.6.1.2). `undefined` when it is malformed.
 */
export function parseExtensionHeader(value: string): readonly Extension[] | undefined {
  const extensions: Extension[] = [];
  for (const element of split(value, ",")) {
    if (element === "") continue;
    const extension = parseExtension(element);
    if (extension === undefined) return undefined;
    extensions.push(extension);
  }
  return extensions.length > 0 ? extensions : undefined;
}

function parseExtension(element: string): Extension | undefined {
  const [name, ...rest] = split(element, ";");
  if (!isToken(name)) return undefined;
  const parameters: ExtensionParameter[] = [];
  for (const text of rest) {
    const parameter = parseParameter(text);
    if (parameter === undefined) return undefined;
    parameters.push(parameter);
  }
  return { name, parameters };
}

function parseParameter(text: string): ExtensionParameter | undefined {
  const equals = text.indexOf("=");
  if (equals < 0) return isToken(text) ? { name: text, value: undefined } : undefined;
  const name = trimWhitespace(text.slice(0, equals));
  const value = unquote(trimWhitespace(text.slice(equals + 1)));
  // "the value after quoted-string unescaping MUST conform to the 'token' ABNF"
  return isToken(name) && isToken(value) ? { name, value } : undefined;
}

/** The content of a quoted string; a token stays what it is, and so does what is neither. */
function unquote(text: string): string {
  if (!/^"(?:[^"\\]|\\.)*"$/.test(text)) return text;
  return text.slice(1, -1).replace(/\\(.)/g, "$1");
}

/**
 * The parts between separators, without the white space around them. One within quotes needs no care: what is quoted
 * must be a token, which holds no separator, and half of a quoted string is neither.
 */
function split(text: string, separator: string): string[] {
  return text.split(separator).map(trimWhitespace);
}
