"""Evaluates weights with the reference's model on test puzzles, all supervision steps for each; a line asks for one
evaluation. See reference_lines.py. The loop is that of the reference's evaluate() without its GPU calls; the last batch
is filled up with puzzles that do not count, as its data loader does.
"""

import json
import os
import time

from reference_lines import answer_lines, compiled, create_head, settings, torch

import numpy as np

ignored = -100
folder = os.path.join(settings["datasetFolder"], "test")
with open(os.path.join(folder, "dataset.json")) as file:
    metadata = json.load(file)


def load(field):
    return np.load(os.path.join(folder, f"all__{field}.npy"), mmap_mode="r")


examples = load("inputs").shape[0]
chosen = np.arange(settings["puzzles"]) * examples // settings["puzzles"]
puzzle_of = np.searchsorted(load("puzzle_indices"), chosen, side="right") - 1
inputs = np.asarray(load("inputs")[chosen], dtype=np.int32)
labels = np.asarray(load("labels")[chosen], dtype=np.int64)
if metadata["ignore_label_id"] is not None:
    labels[labels == metadata["ignore_label_id"]] = ignored
identifiers = np.asarray(load("puzzle_identifiers")[puzzle_of], dtype=np.int32)
batch_size = settings["batchSize"]


def batch_from(first):
    def filled(rows, value):
        missing = batch_size - len(rows)
        padding = [(0, missing)] + [(0, 0)] * (rows.ndim - 1)
        return torch.from_numpy(np.pad(rows, padding, constant_values=value))

    rows = slice(first, first + batch_size)
    return {
        "inputs": filled(inputs[rows], metadata["pad_id"]),
        "labels": filled(labels[rows], ignored),
        "puzzle_identifiers": filled(identifiers[rows], metadata["blank_identifier_id"]),
    }


head = create_head()
head.load_state_dict(torch.load(settings["weightsFile"], weights_only=True))
head.eval()
network = compiled(head)


def evaluate(_line):
    exact, steps, count, batches_ms = 0, 0, 0, []
    for first in range(0, len(chosen), batch_size):
        start = time.perf_counter()
        batch = batch_from(first)
        with torch.inference_mode():
            carry = network.initial_carry(batch)
            finished = False
            while not finished:
                carry, _, metrics, _, finished = network(carry=carry, batch=batch, return_keys=[])
            exact += int(metrics["exact_accuracy"])
            steps += int(metrics["steps"])
            count += int(metrics["count"])
        batches_ms.append((time.perf_counter() - start) * 1000)
    return {"puzzles": count, "exact": exact, "meanSteps": steps / count, "batchesMs": batches_ms}


evaluate("")
answer_lines({}, evaluate)
