import { BODY_CHECKS } from './body-checks.js';
import { CALL_CHECKS } from './call-checks.js';
import type { Check } from './check.js';
import { CONTEXT_CHECKS } from './context-checks.js';
import { EXTENSION_CHECKS } from './extension-checks.js';
import { FINISH_CHECKS } from './finish-checks.js';
import { HEADER_CHECKS } from './header-checks.js';
import { INPUT_CHECKS } from './input-checks.js';
import { MIDDLEWARE_CHECKS } from './middleware-checks.js';
import { REQUEST_CHECKS } from './request-checks.js';
import { RESPONSE_CHECKS } from './response-checks.js';

/** Every check of {@link lint}, in the order of SPEC.md. */
export const lintChecks: readonly Check[] = [
  CALL_CHECKS,
  CONTEXT_CHECKS,
  REQUEST_CHECKS,
  INPUT_CHECKS,
  RESPONSE_CHECKS,
  HEADER_CHECKS,
  BODY_CHECKS,
  FINISH_CHECKS,
  MIDDLEWARE_CHECKS,
  EXTENSION_CHECKS,
].flatMap((group): Check[] => Object.values(group));
