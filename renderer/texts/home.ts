// Texts of the first view.

export const homeTexts = {
  en: {
    title: 'Home',
    now: 'Running now',
    recent: 'Recent runs',
    all: 'All runs',
    nothing: 'Nothing runs at the moment.',
    welcome: 'Train your first recursive model',
    welcomeText:
      'A 4×4 Sudoku model with 127,000 weights learns in about a minute on two cores: the dataset is built, the model trained, measured and ready to solve puzzles.',
    startDemo: 'Start the demo run',
    choosePreset: 'Choose a preset',
    next: 'Next steps',
    nextSolve: 'Solve a puzzle with your best model',
    nextTrain: 'Start another experiment',
    nextData: 'Look at the data',
    starting: 'Starting…',
  },
  de: {
    title: 'Start',
    now: 'Läuft gerade',
    recent: 'Letzte Läufe',
    all: 'Alle Läufe',
    nothing: 'Im Augenblick läuft nichts.',
    welcome: 'Das erste rekursive Modell trainieren',
    welcomeText:
      'Ein 4×4-Sudoku-Modell mit 127.000 Gewichten lernt auf zwei Kernen in etwa einer Minute: Der Datensatz wird gebaut, das Modell trainiert, gemessen und kann dann Rätsel lösen.',
    startDemo: 'Demo-Lauf starten',
    choosePreset: 'Vorlage wählen',
    next: 'Nächste Schritte',
    nextSolve: 'Mit dem besten Modell ein Rätsel lösen',
    nextTrain: 'Ein weiteres Experiment beginnen',
    nextData: 'Die Daten ansehen',
    starting: 'Startet…',
  },
};
