// The structure of the project as data: who may import whom, and what lies where. `ARCHITECTURE.md` shows the
// first table to readers; the test keeps the two the same.

/** What a folder may import. The first rule whose folder holds a file is the one that counts. */
export interface FolderRule {
  folder: string;
  /** Own folders, itself apart; 'any' for all of them. */
  ownFolders: readonly string[] | 'any';
  platforms: readonly Platform[] | 'any';
  /** Whether ARCHITECTURE.md shows it. */
  shown: boolean;
}

/** What code runs on; each package belongs to one. */
export type Platform = 'pure' | 'node' | 'tfjs' | 'onnxruntime' | 'sqlite' | 'electron' | 'dom';

export const folderRules: readonly FolderRule[] = [
  { folder: 'common', ownFolders: ['common'], platforms: ['pure'], shown: true },
  {
    folder: 'worker',
    ownFolders: ['common'],
    platforms: ['pure', 'node', 'tfjs', 'onnxruntime'],
    shown: true,
  },
  { folder: 'engine', ownFolders: ['common'], platforms: ['pure', 'node', 'sqlite'], shown: true },
  { folder: 'main', ownFolders: ['common'], platforms: ['pure', 'node', 'electron'], shown: true },
  { folder: 'renderer', ownFolders: ['common'], platforms: ['pure', 'dom'], shown: true },
  { folder: 'edge/web', ownFolders: ['common'], platforms: ['pure', 'dom'], shown: false },
  {
    folder: 'edge/runners/node',
    ownFolders: ['edge/runners'],
    platforms: ['node', 'onnxruntime'],
    shown: false,
  },
  // They run in browsers and stand alone.
  { folder: 'edge/runners', ownFolders: [], platforms: [], shown: false },
  {
    // Children that load the native packages to see whether they work.
    folder: 'scripts/probes',
    ownFolders: [],
    platforms: ['node', 'tfjs', 'onnxruntime', 'sqlite'],
    shown: false,
  },
  { folder: 'scripts', ownFolders: [], platforms: ['node'], shown: false },
  { folder: 'bench', ownFolders: 'any', platforms: 'any', shown: false },
  { folder: 'test', ownFolders: 'any', platforms: 'any', shown: false },
];

/** Boundaries inside a folder: the first knows nothing of the second. */
export const innerBoundaries: readonly { folder: string; forbidden: string; except: string | null }[] = [
  { folder: 'worker/model', forbidden: 'worker/train', except: null },
  { folder: 'worker/capture', forbidden: 'worker', except: 'worker/capture' },
];

/** Facts about the project that any folder may read. */
export const projectData: readonly string[] = ['package.json'];

/** Which platform a package stands for; a star ends a prefix. A package that is not here fails the test. */
export const packagePlatforms: Readonly<Record<string, Platform>> = {
  '@fastify/rate-limit': 'node',
  '@tensorflow/*': 'tfjs',
  'better-sqlite3': 'sqlite',
  'csv-parse': 'pure',
  electron: 'electron',
  fflate: 'pure',
  fastify: 'node',
  'node:*': 'node',
  'onnxruntime-node': 'onnxruntime',
  'onnxruntime-web': 'dom',
  openai: 'node',
  protobufjs: 'pure',
  svelte: 'dom',
  ws: 'node',
  yaml: 'pure',
  yargs: 'node',
  '@axe-core/playwright': 'node',
  '@fontsource-variable/*': 'dom',
  '@lucide/*': 'dom',
  '@sveltejs/*': 'node',
  playwright: 'node',
  uplot: 'dom',
  'uplot/*': 'dom',
  vite: 'node',
  zod: 'pure',
};

/** Folder names that say nothing of what they hold. */
export const emptyFolderNames: readonly string[] = ['utils', 'util', 'helpers', 'helper', 'misc'];
