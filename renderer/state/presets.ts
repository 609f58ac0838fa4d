// The published and starter experiments that come with the app, as their YAML texts.

const files = import.meta.glob<string>('../../configs/**/*.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export interface Preset {
  /** The file's name without its ending, with the folder inside configs. */
  name: string;
  yaml: string;
  /** The first comment of the file. */
  about: string;
}

export const presets: Preset[] = Object.entries(files)
  .map(([path, yaml]) => {
    const lines = yaml.split('\n');
    const end = lines.findIndex((line) => !line.startsWith('#'));
    const about = lines
      .slice(0, Math.max(0, end))
      .map((line) => line.replace(/^#\s?/, ''))
      .join(' ')
      .trim();
    return { name: path.replace(/^.*\/configs\//, '').replace(/\.yaml$/, ''), yaml, about };
  })
  .sort((one, other) => rank(one.name) - rank(other.name) || one.name.localeCompare(other.name));

/** The demo first, plain files before those in folders. */
function rank(name: string): number {
  if (name === 'demo') return 0;
  return name.includes('/') ? 2 : 1;
}

export function presetNamed(name: string): Preset | undefined {
  return presets.find((preset) => preset.name === name);
}
