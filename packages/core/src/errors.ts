/** Every code that an error of Viaduct carries. Stable: programs may compare them. */
export type ErrorCode =
  | 'VIADUCT_E_APPLICATION'
  | 'VIADUCT_E_MOUNT_TABLE'
  | 'VIADUCT_E_MOUNT_KEY'
  | 'VIADUCT_E_MOUNT_DUPLICATE'
  | 'VIADUCT_E_GUARD'
  | 'VIADUCT_E_OPTION'
  | 'VIADUCT_E_CONTEXT'
  | 'VIADUCT_E_LISTEN'
  | 'VIADUCT_E_START'
  | 'VIADUCT_E_START_TIMEOUT'
  | 'VIADUCT_E_START_FINAL'
  | 'VIADUCT_E_STOP'
  | 'VIADUCT_E_WARM_UP'
  | 'VIADUCT_E_PID_FILE'
  | 'VIADUCT_E_NO_RESPONSE'
  | 'VIADUCT_E_RESPONSE_STATUS'
  | 'VIADUCT_E_BODY_USED'
  | 'VIADUCT_E_BODY_LENGTH'
  | 'VIADUCT_E_BODY_TOO_LARGE'
  | 'VIADUCT_E_REQUEST_TIMEOUT'
  | 'VIADUCT_E_HANDLER_TIMEOUT'
  | 'VIADUCT_E_BODY_READ'
  | 'VIADUCT_E_REFUSED'
  | 'VIADUCT_E_CLIENT_GONE'
  | 'VIADUCT_E_LINT'
  | 'VIADUCT_E_LOG_FILE'
  | 'VIADUCT_E_DEFAULT'
  | 'VIADUCT_E_THROWN';

/** Something failed while applications run: a start, a request, a stop. */
export class ViaductError extends Error {
  override readonly name: string = 'ViaductError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A program uses Viaduct wrongly, and is told so when it builds, before any request. */
export class ViaductTypeError extends TypeError {
  override readonly name: string = 'ViaductTypeError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Makes an `Error` of whatever was thrown, since programs also throw `undefined`, strings and symbols.
 *
 * An `Error` of another realm fails `instanceof`, so the shape decides.
 */
export function toError(thrown: unknown): Error {
  if (isError(thrown)) return thrown;
  const message = `something other than an Error was thrown: ${describeThrown(thrown)}`;
  return new ViaductError('VIADUCT_E_THROWN', message, { cause: thrown });
}

/** What stands for a thrown value in the middle of a sentence; never fails itself. */
export function describeThrown(thrown: unknown): string {
  try {
    return isError(thrown) ? String(thrown.message) : String(thrown);
  } catch {
    return `an ${typeof thrown} that cannot be printed`;
  }
}

/** A proxy may throw whatever it is asked. */
function isError(thrown: unknown): thrown is Error {
  try {
    if (thrown instanceof Error) return true;
    return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown;
  } catch {
    return false;
  }
}

/** The `code` of whatever was thrown; never fails itself. */
export function codeOf(thrown: unknown): unknown {
  return readMember(thrown, 'code');
}

/** The `cause` of whatever was thrown; never fails itself. */
export function causeOf(thrown: unknown): unknown {
  return readMember(thrown, 'cause');
}

/** A proxy, or a getter, may throw whatever it is asked. */
function readMember(thrown: unknown, name: 'code' | 'cause'): unknown {
  try {
    return (thrown as { readonly [member: string]: unknown } | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}
