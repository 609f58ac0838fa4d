"""Runs a bundled model in Python. Needs: pip install onnxruntime numpy

python run.py --puzzle TEXT | --example NUMBER   [--model NAME] [--identifier NUMBER]
python run.py --benchmark   [--device NAME] [--threads NUMBER] [--output benchmark.json]
"""

import argparse, datetime, hashlib, json, pathlib, platform, time

import numpy
import onnxruntime

root = pathlib.Path(__file__).resolve().parents[2]


def halts(rule, signals):
    if "all" in rule or "any" in rule:
        return (all if "all" in rule else any)(halts(part, signals) for part in rule.get("all") or rule["any"])
    value = signals.get(rule["criterion"])
    if rule["comparison"] is None:
        return value is True
    return value is not None and (value >= rule["bound"] if rule["comparison"] == ">=" else value <= rule["bound"])


def certainty(logits, distribution):
    if distribution == "softmax":
        weights = numpy.exp(logits - logits.max(-1, keepdims=True))
    else:
        weights = numpy.where(logits >= 0, logits + 1, 1 / (1 - numpy.minimum(logits, 0)))
    shares = weights / weights.sum(-1, keepdims=True)
    best = shares.max(-1)
    entropy = -(shares * numpy.log(numpy.maximum(shares, 1e-300))).sum(-1).mean()
    return {"confidence": best.mean(), "weakest": best.min(), "entropy": entropy}


def solve(session, model, puzzle, identifier=0):
    """The answer's tokens, the steps that it took and its halting probability."""
    latents, sigmoid = model["latents"], lambda x: 1 / (1 + numpy.exp(-numpy.float64(x)))
    state = {n: numpy.zeros((1, latents["tokens"], latents["hidden"]), "float32") for n in latents["names"]}
    answer, stable, started = puzzle, 1, time.perf_counter()
    names = [output.name for output in session.get_outputs()]
    for step in range(1, model["maximumSteps"] + 1):
        feeds = {"inputs": puzzle[None], "puzzle_identifiers": numpy.array([identifier], "int32"), **state}
        out = dict(zip(names, session.run(None, {**feeds, "reset": numpy.array([step == 1], "int32")})))
        new = out["logits"][0].argmax(-1).astype("int32")
        stable = stable + 1 if step > 1 and (new == answer).all() else 1
        first = latents["names"][0]
        before, after = state[first].astype("float64"), out["next_" + first]
        moved = numpy.linalg.norm(before - after)
        q, go = sigmoid(out["halt_logits"][0]), sigmoid(out["continue_logits"][0])
        signals = {"q": q, "halt>continue": bool(q > go), "stable": stable, "steps": step}
        signals["residual"] = None if step == 1 else moved / numpy.linalg.norm(before) if moved else 0.0
        signals["ms"] = 1000 * (time.perf_counter() - started)
        signals.update(certainty(out["logits"][0].astype("float64"), model["tokenDistribution"]))
        answer, state = new, {name: out["next_" + name] for name in state}
        if halts(model["haltingRule"], signals):
            break
    return answer, step, float(q)


def parse(model, text):
    cells = [c for c in text if c not in "\r\n" and (model["domain"] == "maze" or not c.isspace())]
    if model["characters"] is None or len(cells) != model["gridRows"] * model["gridColumns"]:
        raise SystemExit(f"A puzzle has {model['gridRows']}x{model['gridColumns']} characters, not {len(cells)}")
    tokens = [next((t for t, names in enumerate(model["characters"]) if c in names), None) for c in cells]
    if None in tokens:
        raise SystemExit(f"{cells[tokens.index(None)]!r} is none of {' '.join(model['characters'])}")
    return numpy.array(tokens, "int32")


def peak_memory():
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if platform.system() == "Darwin" else 1024)


def benchmark(session, model, arguments, started):
    blank = [{"puzzle": [1] * (model["gridRows"] * model["gridColumns"]), "identifier": 0}]
    examples = [(numpy.array(e["puzzle"], "int32"), e["identifier"]) for e in model["examples"] or blank]
    solve(session, model, *examples[0])
    cold, times, steps = 1000 * (time.perf_counter() - started), [], []
    for puzzle, identifier in examples * 3:
        begun = time.perf_counter()
        steps.append(solve(session, model, puzzle, identifier)[1])
        times.append(1000 * (time.perf_counter() - begun))
    return {
        "format": "trm-device-benchmark/1",
        "device": arguments.device or f"{platform.processor() or platform.machine()} ({platform.system()})",
        "runtime": f"onnxruntime {onnxruntime.__version__} (Python {platform.python_version()})",
        "modelSha256": model["sha256"],
        "threads": arguments.threads or None,
        "coldStartMs": cold,
        "latencyMsP50": float(numpy.percentile(times, 50)),
        "latencyMsP95": float(numpy.percentile(times, 95)),
        "peakMemoryBytes": peak_memory(),
        "puzzles": len(times),
        "steps": sum(steps) / len(steps),
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--model", "--puzzle", "--device"):
        parser.add_argument(name)
    for name, default in (("--example", 1), ("--identifier", 0), ("--threads", 0)):
        parser.add_argument(name, type=int, default=default)
    parser.add_argument("--benchmark", action="store_true")
    parser.add_argument("--output", default="benchmark.json")
    arguments = parser.parse_args()
    models = json.loads((root / "vocabulary.json").read_text("utf-8"))["models"]
    model = next((m for m in models if arguments.model in (None, m["name"])), None)
    if model is None:
        raise SystemExit(f"No model {arguments.model}; there are {', '.join(m['name'] for m in models)}")
    data = (root / model["file"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != model["sha256"]:
        raise SystemExit(f"{model['file']} is damaged: it has another SHA-256")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    started = time.perf_counter()
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    if arguments.benchmark:
        text = json.dumps(benchmark(session, model, arguments, started), indent=2)
        pathlib.Path(arguments.output).write_text(text + "\n", "utf-8")
        return print(text)
    example = model["examples"][arguments.example - 1] if not arguments.puzzle else None
    puzzle = parse(model, arguments.puzzle) if example is None else numpy.array(example["puzzle"], "int32")
    answer, steps, q = solve(session, model, puzzle, arguments.identifier if example is None else example["identifier"])
    shown = "".join(model["characters"][t][0] for t in answer) if model["characters"] else " ".join(map(str, answer))
    print(json.dumps({"answer": shown, "steps": steps, "haltProbability": q}))


main()
