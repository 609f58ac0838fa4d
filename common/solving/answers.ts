// Reads answers off logits.

/** The most likely token of each cell, from logits [cells, vocabulary]; the lower token where two are equal. */
export function decodeAnswers(logits: Float32Array, vocabulary: number): Int32Array {
  const answers = new Int32Array(logits.length / vocabulary);
  for (let cell = 0; cell < answers.length; cell++) {
    const start = cell * vocabulary;
    let best = 0;
    for (let token = 1; token < vocabulary; token++) {
      if ((logits[start + token] as number) > (logits[start + best] as number)) best = token;
    }
    answers[cell] = best;
  }
  return answers;
}
