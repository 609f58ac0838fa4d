// The downloads that TensorFlow.js itself offers for its Node addon: TensorFlow 2.9.1 of 2022, with an
// addon already built. Data only; the addresses are those of the package's own install script.

export const officialVersion = '2.9.1';

/**
 * @typedef {object} OfficialSource
 * @property {string} library address below the host
 * @property {string} addon the same; {version} stands for the version of TensorFlow.js
 */

const defaultHost = 'https://storage.googleapis.com/';

/**
 * @param {string} platform
 * @param {string} arch
 * @returns {OfficialSource | null}
 */
export function officialSourceFor(platform, arch) {
  const system = /** @type {Record<string, string>} */ ({
    'linux-x64': 'linux',
    'darwin-x64': 'darwin',
    'win32-x64': 'windows',
  })[`${platform}-${arch}`];
  if (system === undefined) return null;
  const ending = system === 'windows' ? 'zip' : 'tar.gz';
  return {
    library: `tensorflow/libtensorflow/libtensorflow-cpu-${system}-x86_64-${officialVersion}.${ending}`,
    addon: `tf-builds/pre-built-binary/napi-v8/{version}/CPU-${system}-{version}.${ending}`,
  };
}

/**
 * The host to download from; the same variable as in the package's own script names a mirror.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string} ends in a slash
 */
export function officialHost(env = process.env) {
  const host = env.TFJS_NODE_CDN_STORAGE || defaultHost;
  return host.endsWith('/') ? host : `${host}/`;
}
