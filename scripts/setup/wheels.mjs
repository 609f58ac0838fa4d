// Which wheels hold TensorFlow's C library for which platform: data only.
// Linux x64 is what the set-up is tried on. Of linux-arm64 and darwin-arm64 only the contents of the
// wheels were looked at; there the smoke test decides.

export const tensorflowVersion = '2.21.0';

/**
 * @typedef {object} WheelSource
 * @property {string} requirement for pip
 * @property {string | null} extra whose requirements are unpacked beside it
 * @property {string[]} platforms wheel platform tags; pip takes each literally
 * @property {string | null} minimumGlibc
 * @property {string[]} libraries paths in the wheel
 * @property {number} diskBytes free space needed while unpacking: wheels and what comes out of them
 * @property {string} download how much is fetched, in words
 */

const linuxLibraries = ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'];

/** @type {Readonly<Record<string, WheelSource>>} */
export const wheelSources = Object.freeze({
  'linux-x64 cpu': {
    requirement: `tensorflow-cpu==${tensorflowVersion}`,
    extra: null,
    platforms: ['manylinux_2_27_x86_64'],
    minimumGlibc: '2.27',
    libraries: linuxLibraries,
    diskBytes: 1.5e9,
    download: '274 MB',
  },
  'linux-x64 gpu': {
    requirement: `tensorflow==${tensorflowVersion}`,
    extra: 'and-cuda',
    platforms: [
      'manylinux_2_27_x86_64',
      'manylinux_2_17_x86_64',
      'manylinux2014_x86_64',
      'manylinux2010_x86_64',
      'manylinux1_x86_64',
    ],
    minimumGlibc: '2.27',
    libraries: linuxLibraries,
    diskBytes: 12e9,
    download: 'about 3 GB',
  },
  'linux-arm64 cpu': {
    requirement: `tensorflow==${tensorflowVersion}`,
    extra: null,
    platforms: ['manylinux_2_27_aarch64'],
    minimumGlibc: '2.27',
    libraries: linuxLibraries,
    diskBytes: 1.5e9,
    download: '282 MB',
  },
  'darwin-arm64 cpu': {
    requirement: `tensorflow==${tensorflowVersion}`,
    extra: null,
    platforms: ['macosx_12_0_arm64'],
    minimumGlibc: null,
    libraries: ['tensorflow/libtensorflow_cc.2.dylib', 'tensorflow/libtensorflow_framework.2.dylib'],
    diskBytes: 1.3e9,
    download: '223 MB',
  },
});

/** The headers that the addon's two source files include, by the start of their path in the wheel. */
export const neededHeaders = Object.freeze([
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/tsl/platform/ctstring',
  'tensorflow/include/xla/tsl/c/',
]);

/**
 * @param {string} platform
 * @param {string} arch
 * @param {'cpu' | 'gpu'} device
 * @returns {WheelSource | null}
 */
export function wheelSourceFor(platform, arch, device) {
  return wheelSources[`${platform}-${arch} ${device}`] ?? null;
}
