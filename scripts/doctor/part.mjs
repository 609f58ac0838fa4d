// One line of the doctor's list, and the guarantee that looking for it never throws.

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {'ok' | 'warning' | 'missing'} status missing: needed and not usable; warning: works, but not as it could
 * @property {string | null} version
 * @property {string | null} origin where it came from
 * @property {string | null} detail
 * @property {string | null} remedy what to do about it
 */

/**
 * @param {string} name
 * @param {Part['status']} status
 * @param {Partial<Omit<Part, 'name' | 'status'>>} [rest]
 * @returns {Part}
 */
export function part(name, status, rest = {}) {
  return { name, status, version: null, origin: null, detail: null, remedy: null, ...rest };
}

/**
 * @param {string} name what the parts are called when looking for them fails
 * @param {() => Promise<Part[]>} look
 * @returns {Promise<Part[]>}
 */
export async function guarded(name, look) {
  try {
    return await look();
  } catch (error) {
    const detail = `looking for it failed: ${error instanceof Error ? error.message : String(error)}`;
    return [part(name, 'missing', { detail, remedy: 'npm run setup' })];
  }
}
