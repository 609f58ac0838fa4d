"""Runs the reference implementation's ARC builder on ARC-AGI-1 and prints what it took.

Usage: arc_reference.py CHECKOUT DATA_FOLDER OUTPUT_FOLDER AUGMENTATIONS
Imports are not timed. Needs numpy, pydantic, argdantic and tqdm.
"""

import contextlib
import json
import os
import resource
import sys
import time

checkout, data_folder, output_folder, augmentations = sys.argv[1:]
sys.path.insert(0, checkout)
import dataset.build_arc_dataset as builder

config = builder.DataProcessConfig(
    input_file_prefix=os.path.join(data_folder, "arc-agi"),
    output_dir=output_folder,
    subsets=["training", "evaluation", "concept"],
    test_set_name="evaluation",
    num_aug=int(augmentations),
)

start = time.perf_counter()
processor_start = time.process_time()
with contextlib.redirect_stdout(sys.stderr):
    builder.convert_dataset(config)
elapsed_ms = (time.perf_counter() - start) * 1000
processor_ms = (time.process_time() - processor_start) * 1000

kibibyte = 1 if sys.platform == "darwin" else 1024
peak_memory_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * kibibyte
print(json.dumps({"elapsedMs": elapsed_ms, "processorMs": processor_ms, "peakMemoryBytes": peak_memory_bytes}))
