"""The reference's side of a comparison, shared by its programs: settings, model, and the lines that answer-lines.ts
speaks too. Usage of each program: PROGRAM CHECKOUT SETTINGS_JSON. Needs torch, numpy, pydantic and einops.
"""

import json
import os
import resource
import sys
import time

checkout, settings_text = sys.argv[1:]
settings = json.loads(settings_text)
sys.path.insert(0, checkout)
import torch

torch.set_num_threads(settings["threads"])
torch.manual_seed(0)


def since_start_ms():
    return time.time() * 1000 - float(os.environ["TRM_BENCH_STARTED_MS"])


def create_head():
    """The reference's model with its loss head, for `settings["model"]`."""
    from models.losses import ACTLossHead
    from models.recursive_reasoning.trm import TinyRecursiveReasoningModel_ACTV1

    config = {**settings["model"], "batch_size": settings["batchSize"]}
    return ACTLossHead(TinyRecursiveReasoningModel_ACTV1(config), "stablemax_cross_entropy")


def compiled(head):
    return torch.compile(head) if settings["compile"] else head


def peak_memory_bytes():
    kibibyte = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * kibibyte


def answer_lines(ready, work):
    """Prints `ready`, then for each line of standard input what `work(line)` returned and what it took."""
    print(json.dumps(ready), flush=True)
    for line in sys.stdin:
        processor_start = time.process_time()
        start = time.perf_counter()
        result = work(line)
        answer = {
            "elapsedMs": (time.perf_counter() - start) * 1000,
            "processorMs": (time.process_time() - processor_start) * 1000,
            "peakMemoryBytes": peak_memory_bytes(),
        }
        print(json.dumps({**answer, **result}), flush=True)
