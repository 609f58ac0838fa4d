#include "swiglu.h"

#include "norm.h"
#include "outer.h"
#include "pool.h"

namespace trm {
namespace {

constexpr int kHalf = kTileRows / 2;
/** Inner features of which the gradients are made at once. */
constexpr int kInnerBlock = 256;

/** Half a tile of gate rows and the same rows of up, so that both meet in registers. */
inline void gateUpRows(const SwigluWeights& weights, int tile, const float** rows) {
  for (int i = 0; i < kHalf; i++) {
    rows[i] = weights.gateUp + static_cast<long>(tile * kHalf + i) * weights.width;
    rows[kHalf + i] = rows[i] + static_cast<long>(weights.inner) * weights.width;
  }
}

/** Gate and up of a panel in what was kept; null where nothing was. */
template <typename Float>
inline Float* keptPanel(Float* kept, const SwigluWeights& weights, int panel) {
  return kept == nullptr ? nullptr : kept + static_cast<long>(panel) * 2 * weights.inner * kPanel;
}

template <bool Keeps>
void forwardPanel(const Layout& layout, const SwigluWeights& weights, const float* x, int panel, float* y,
                  float* inverse, float* kept) {
  const int width = weights.width;
  float* input = scratch(0, static_cast<long>(width) * kPanel);
  float* inner = scratch(1, static_cast<long>(weights.inner) * kPanel);
  readPanel(layout, x, panel, input);
  multiplyPanel(
      weights.inner / kHalf, width, input,
      [&](int tile, const float** rows) { gateUpRows(weights, tile, rows); },
      [&](int tile, const Sums<kTileRows, kTileVectors>& sums) {
        for (int i = 0; i < kHalf; i++)
          for (int v = 0; v < kTileVectors; v++) {
            const Vector gate = sums.at[i][v];
            const Vector value = gate * sigmoid(gate) * sums.at[kHalf + i][v];
            const long at = static_cast<long>(tile * kHalf + i) * kPanel + v * kLanes;
            store(inner + at, value);
            if (Keeps) {
              store(kept + at, gate);
              store(kept + static_cast<long>(weights.inner) * kPanel + at, sums.at[kHalf + i][v]);
            }
          }
      });
  multiplyMatrix<true>(weights.down, weights.inner, width, weights.inner, inner, input);
  float factors[kPanel];
  normalisePanel(input, width, factors);
  writePanel(layout, input, panel, y);
  std::copy_n(factors, layout.itemsOf(panel), inverse + static_cast<long>(panel) * kPanel);
}

/** Of one vector: the gradients of gate and up, and the activation, from the activation's gradient. */
inline void gateGradients(Vector gate, Vector up, Vector gradient, float* gateTo, float* upTo, float* activationTo) {
  const Vector share = sigmoid(gate);
  const Vector silu = gate * share;
  store(gateTo, gradient * up * (share + silu - silu * share));
  store(upTo, gradient * silu);
  store(activationTo, silu * up);
}

/** A thread's share of the gradient: its own sums of the weights' gradients. */
class BackwardPart {
 public:
  BackwardPart(const Layout& layout, const SwigluWeights& weights, const float* gateUpTurned, const float* downTurned)
      : gateUpSum(2 * weights.inner, weights.width),
        downSum(weights.inner, weights.width),
        layout_(layout),
        weights_(weights),
        gateUpTurned_(gateUpTurned),
        downTurned_(downTurned) {}

  /** Panels first … first + count − 1, at most kPanelsAtOnce. */
  void add(int first, int count, const float* x, const float* y, const float* inverse, const float* kept,
           const float* outputGradient, float* inputGradient) {
    const int width = weights_.width;
    const long panelSize = static_cast<long>(width) * kPanel;
    const long outerSize = static_cast<long>(gateUpSum.layout().columns) * kPanel;
    float* inputs = scratch(0, panelSize * kPanelsAtOnce);
    float* sums = scratch(1, panelSize * kPanelsAtOnce);
    float* inputsTurned = scratch(2, outerSize * kPanelsAtOnce);
    float* sumsTurned = scratch(3, outerSize * kPanelsAtOnce);
    float* gradients = scratch(4, panelSize * kPanelsAtOnce);
    for (int panel = 0; panel < count; panel++) {
      float* input = inputs + panel * panelSize;
      float* sum = sums + panel * panelSize;
      readPanel(layout_, x, first + panel, input);
      readPanel(layout_, outputGradient, first + panel, sum);
      readPanel(layout_, y, first + panel, gradients);
      float factors[kPanel] = {};
      std::copy_n(inverse + static_cast<long>(first + panel) * kPanel, layout_.itemsOf(first + panel), factors);
      normaliseGradient(sum, gradients, factors, width);
      turnPanel(gateUpSum.layout(), input, width, panel, count, inputsTurned);
      turnPanel(downSum.layout(), sum, width, panel, count, sumsTurned);
    }
    std::copy_n(sums, panelSize * count, gradients);
    for (int start = 0; start < weights_.inner; start += kInnerBlock) {
      const int rows = std::min(kInnerBlock, weights_.inner - start);
      addInnerBlock(start, rows, count, inputs, sums, inputsTurned, sumsTurned, keptPanel(kept, weights_, first),
                    gradients);
    }
    for (int panel = 0; panel < count; panel++)
      writePanel(layout_, gradients + panel * panelSize, first + panel, inputGradient);
  }

  OuterSum gateUpSum;
  OuterSum downSum;

 private:
  void addInnerBlock(int start, int rows, int count, const float* inputs, const float* sums, const float* inputsTurned,
                     const float* sumsTurned, const float* kept, float* gradients) {
    const int width = weights_.width;
    const int inner = weights_.inner;
    const long panelSize = static_cast<long>(width) * kPanel;
    const long blockSize = static_cast<long>(rows) * kPanel;
    // For each panel: the gradients of gate, then of up, then the activations, rows·kPanel each.
    float* blocks = scratch(5, (3L * kInnerBlock * kPanelsAtOnce + kSlackRows) * kPanel);
    for (int panel = 0; panel < count; panel++) {
      float* block = blocks + panel * 3 * blockSize;
      if (kept == nullptr) {
        makeInnerBlock(start, rows, inputs + panel * panelSize, sums + panel * panelSize, block);
      } else {
        readInnerBlock(start, rows, keptPanel(kept, weights_, panel), sums + panel * panelSize, block);
      }
      for (int part = 0; part < 2; part++)
        multiplyMatrix<true>(gateUpTurned_ + part * inner + start, 2L * inner, width, rows, block + part * blockSize,
                             gradients + panel * panelSize);
    }
    for (int part = 0; part < 2; part++)
      gateUpSum.add(part * inner + start, rows, blocks + part * blockSize, 3 * blockSize, count, inputsTurned);
    downSum.add(start, rows, blocks + 2 * blockSize, 3 * blockSize, count, sumsTurned);
  }

  /** From gate and up as they were kept. */
  void readInnerBlock(int start, int rows, const float* kept, const float* sum, float* block) const {
    const int width = weights_.width;
    const long blockSize = static_cast<long>(rows) * kPanel;
    const float* gates = kept + static_cast<long>(start) * kPanel;
    const float* ups = gates + static_cast<long>(weights_.inner) * kPanel;
    const float* down = downTurned_ + static_cast<long>(start) * width;
    multiplyPanel(
        rows / kTileRows, width, sum,
        [&](int tile, const float** pointers) { tileRows(down, width, rows, tile, pointers); },
        [&](int tile, const Sums<kTileRows, kTileVectors>& result) {
          for (int i = 0; i < kTileRows; i++)
            for (int v = 0; v < kTileVectors; v++) {
              const long at = static_cast<long>(tile * kTileRows + i) * kPanel + v * kLanes;
              gateGradients(load(gates + at), load(ups + at), result.at[i][v], block + at, block + blockSize + at,
                            block + 2 * blockSize + at);
            }
        });
  }

  void makeInnerBlock(int start, int rows, const float* input, const float* sum, float* block) const {
    const int width = weights_.width;
    const long blockSize = static_cast<long>(rows) * kPanel;
    float* activation = block + 2 * blockSize;
    // First the gradient of the activation, in the activation's place.
    multiplyMatrix<false>(downTurned_ + static_cast<long>(start) * width, width, rows, width, sum, activation);
    const int firstTile = start / kHalf;
    multiplyPanel(
        rows / kHalf, width, input,
        [&](int tile, const float** pointers) { gateUpRows(weights_, firstTile + tile, pointers); },
        [&](int tile, const Sums<kTileRows, kTileVectors>& result) {
          for (int i = 0; i < kHalf; i++)
            for (int v = 0; v < kTileVectors; v++) {
              const long at = static_cast<long>(tile * kHalf + i) * kPanel + v * kLanes;
              gateGradients(result.at[i][v], result.at[kHalf + i][v], load(activation + at), block + at,
                            block + blockSize + at, activation + at);
            }
        });
  }

  const Layout& layout_;
  const SwigluWeights& weights_;
  const float* gateUpTurned_;
  const float* downTurned_;
};

}  // namespace

void swigluForward(const Layout& layout, const SwigluWeights& weights, const float* x, float* y, float* inverse,
                   float* kept) {
  runParts(layout.panels(), [&](int panel) {
    if (kept == nullptr) {
      forwardPanel<false>(layout, weights, x, panel, y, inverse, nullptr);
    } else {
      forwardPanel<true>(layout, weights, x, panel, y, inverse, keptPanel(kept, weights, panel));
    }
  });
}

void swigluBackward(const Layout& layout, const SwigluWeights& weights, const float* x, const float* y,
                    const float* inverse, const float* kept, const float* outputGradient,
                    const SwigluGradients& gradients) {
  const int width = weights.width;
  const int inner = weights.inner;
  const int panels = layout.panels();
  const int parts = std::min(kGradientParts, panels);
  const Lease gateUpTurned(2L * inner * width);
  const Lease downTurned(static_cast<long>(inner) * width);
  turnWeights(weights.gateUp, 2 * inner, width, gateUpTurned.data());
  turnWeights(weights.down, width, inner, downTurned.data());
  std::vector<std::unique_ptr<BackwardPart>> shares(parts);
  runParts(parts, [&](int part) {
    shares[part] = std::make_unique<BackwardPart>(layout, weights, gateUpTurned.data(), downTurned.data());
    const int last = firstOf(part + 1, parts, panels);
    for (int panel = firstOf(part, parts, panels); panel < last; panel += kPanelsAtOnce)
      shares[part]->add(panel, std::min(kPanelsAtOnce, last - panel), x, y, inverse, kept, outputGradient,
                        gradients.x);
  });
  const auto gateUpOf = [&](int part) -> const OuterSum& { return shares[part]->gateUpSum; };
  const auto downOf = [&](int part) -> const OuterSum& { return shares[part]->downSum; };
  runParts(parts, [&](int part) {
    for (int row = firstOf(part, parts, 2 * inner); row < firstOf(part + 1, parts, 2 * inner); row++)
      joinRow(parts, gateUpOf, row, width, gradients.gateUp + static_cast<long>(row) * width);
    joinRowsTurned(parts, downOf, firstOf(part, parts, inner), firstOf(part + 1, parts, inner), inner, width,
                   gradients.down);
  });
}

}  // namespace trm
