"""Runs the reference implementation's Sudoku builder on local CSV files and prints what it took.

Usage: dataset_reference.py CHECKOUT CSV_FOLDER OUTPUT_FOLDER AUGMENTATIONS
Imports are not timed. Needs numpy, pydantic, argdantic, tqdm and huggingface_hub (which stays unused: its download
is replaced by the local files).
"""

import json
import os
import resource
import sys
import time

checkout, csv_folder, output_folder, augmentations = sys.argv[1:]
sys.path.insert(0, os.path.join(checkout, "dataset"))
import build_sudoku_dataset as builder

builder.hf_hub_download = lambda repository, name, **options: os.path.join(csv_folder, name)
config = builder.DataProcessConfig(output_dir=output_folder, num_aug=int(augmentations))

start = time.perf_counter()
processor_start = time.process_time()
builder.convert_subset("train", config)
builder.convert_subset("test", config)
elapsed_ms = (time.perf_counter() - start) * 1000
processor_ms = (time.process_time() - processor_start) * 1000

kibibyte = 1 if sys.platform == "darwin" else 1024
peak_memory_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * kibibyte
print(json.dumps({"elapsedMs": elapsed_ms, "processorMs": processor_ms, "peakMemoryBytes": peak_memory_bytes}))
