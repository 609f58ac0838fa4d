// What the page's window offers, for code that a test runs inside it.

import type { Bridge } from '../../common/bridge.ts';

declare global {
  interface Window {
    trm?: Bridge;
  }
}
