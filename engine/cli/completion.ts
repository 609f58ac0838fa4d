// What the shell offers for the word that is being typed: commands and options come from the parser; runs,
// datasets, exports and config files are read from the disk, without an engine.

import { listFolder } from '../files.ts';
import { homeFolder, studioPaths } from '../paths.ts';

type Complete = (words: string[]) => void;
type CompleteDefault = (callback: (error: Error | null, words: string[] | undefined) => void) => void;

/** Completes `current`; the parser's own words come with what is found on the disk. */
export async function completeWords(
  current: string,
  given: { _: (string | number)[] },
  completeDefault: CompleteDefault,
  done: Complete,
): Promise<void> {
  const words = given._.map(String).filter((word) => word !== 'trm');
  const found = current.startsWith('-') ? [] : await findNames(words);
  completeDefault((_error, standard) => {
    const all = [...found, ...(standard ?? []).filter((word) => found.length === 0 || word.startsWith('-'))];
    done(all.filter((word) => word.startsWith(current)));
  });
}

async function findNames(words: string[]): Promise<string[]> {
  const paths = studioPaths(homeFolder());
  const [command, subcommand] = words;
  const runs = () => listFolder(paths.runs);
  if (command === 'train' || (command === 'config' && subcommand === 'check')) {
    const { knownConfigFiles } = await import('../config-file.ts');
    return knownConfigFiles();
  }
  if (['resume', 'evaluate', 'transfer', 'export'].includes(command ?? '')) return runs();
  if (command === 'runs' && (subcommand === 'show' || subcommand === 'metrics')) return runs();
  if (command === 'dataset' && (subcommand === 'show' || subcommand === 'verify'))
    return listFolder(paths.datasets);
  if (['halting', 'rollouts', 'robustness', 'hybrid', 'compare-llm', 'solve'].includes(command ?? ''))
    return [...runs(), ...exportNames(paths.exports)];
  if (command === 'solve') return exportNames(paths.exports);
  return [];
}

function exportNames(folder: string): string[] {
  return listFolder(folder).flatMap((name) =>
    name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [],
  );
}
