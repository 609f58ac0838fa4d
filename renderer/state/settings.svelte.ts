// What a user chose for this window: language and theme, kept by the browser's own storage.

import { bridge } from './engine.svelte.ts';

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

function stored<Value extends string>(key: string, choices: readonly Value[], otherwise: Value): Value {
  const value = localStorage.getItem(key);
  return choices.find((choice) => choice === value) ?? otherwise;
}

export const settings = $state<{ language: Language; theme: Theme }>({
  language: stored('trm-language', languages, navigator.language.startsWith('de') ? 'de' : 'en'),
  theme: stored('trm-theme', themes, 'system'),
});

/** Keeps the page and the storage in step with the settings; called once. */
export function applySettings(): void {
  $effect.root(() => {
    $effect(() => {
      localStorage.setItem('trm-language', settings.language);
      document.documentElement.lang = settings.language;
    });
    $effect(() => {
      localStorage.setItem('trm-theme', settings.theme);
      if (settings.theme === 'system') delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = settings.theme;
      void bridge?.setTheme(settings.theme);
    });
  });
}

/** Texts in the language of the user; every language has every text. */
export function inLanguage<Texts>(texts: Record<Language, Texts>): Texts {
  return texts[settings.language];
}
