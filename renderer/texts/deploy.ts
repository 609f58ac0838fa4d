// Texts of what leaves the workstation.

export const deployTexts = {
  en: {
    title: 'Deploy',
    none: 'Nothing exported yet',
    noneText: 'An export is a model as ONNX, checked against its checkpoint right after it is written.',
    start: 'Train a model first',
    export: 'Export to ONNX',
    exporting: 'Exporting…',
    name: 'Name (empty: from the run)',
    solve: 'Solve',
    show: 'Show file',
    exported: 'Exported and checked',
    columns: {
      name: 'Export',
      run: 'Run',
      size: 'Size',
      equal: 'Equal answers',
      difference: 'Largest deviation',
      checked: 'Checked puzzles',
      opset: 'Opset',
      when: 'Written',
    },
  },
  de: {
    title: 'Ausliefern',
    none: 'Noch nichts exportiert',
    noneText:
      'Ein Export ist ein Modell als ONNX, gleich nach dem Schreiben mit seinem Checkpoint verglichen.',
    start: 'Zuerst ein Modell trainieren',
    export: 'Als ONNX exportieren',
    exporting: 'Exportiert…',
    name: 'Name (leer: vom Lauf)',
    solve: 'Lösen',
    show: 'Datei zeigen',
    exported: 'Exportiert und geprüft',
    columns: {
      name: 'Export',
      run: 'Lauf',
      size: 'Größe',
      equal: 'Gleiche Antworten',
      difference: 'Größte Abweichung',
      checked: 'Geprüfte Rätsel',
      opset: 'Opset',
      when: 'Geschrieben',
    },
  },
};
