#include "attention.h"

#include <cmath>
#include <optional>

#include "norm.h"
#include "outer.h"
#include "pool.h"
#include "heads.h"

namespace trm {
namespace {

/** to [rows, outputs] = from [rows, features] · matrixᵀ, matrix [outputs, features], one panel of rows. */
void multiplyRows(const float* panelValues, const float* matrix, int features, int outputs, long rows, int panel,
                  float* to) {
  float* result = scratch(1, static_cast<long>(outputs) * kPanel);
  multiplyMatrix<false>(matrix, features, outputs, features, panelValues, result);
  writePanel({rows, outputs, false}, result, panel, to);
}

/** Memory that the caller keeps, or leased where it keeps none. */
class Held {
 public:
  Held(float* kept, long count) : data_(kept) {
    if (kept == nullptr) data_ = lease_.emplace(count).data();
  }
  float* data() const { return data_; }

 private:
  std::optional<Lease> lease_;
  float* data_;
};

/** Runs over the heads of all samples, each sample's on one thread. */
template <typename Work>
void forEachHead(const AttentionShape& shape, const AttentionWeights& weights, Work work) {
  runParts(shape.batch(), [&](int sample) {
    Head head(shape, weights);
    for (int index = 0; index < shape.heads; index++) work(head, HeadPlace{shape, sample, index});
  });
}

/** queryKeyValue [rows, 3·width] of x. */
void project(const AttentionShape& shape, const AttentionWeights& weights, const float* x, float* queryKeyValue) {
  const Layout rows = {shape.rows, shape.hidden, false};
  runParts(rows.panels(), [&](int panel) {
    float* input = scratch(0, static_cast<long>(shape.hidden) * kPanel);
    readPanel(rows, x, panel, input);
    multiplyRows(input, weights.queryKeyValue, shape.hidden, 3 * shape.width, shape.rows, panel, queryKeyValue);
  });
}

/** A thread's sums of the weights' gradients. */
struct WeightSums {
  explicit WeightSums(const AttentionShape& shape)
      : queryKeyValue(3 * shape.width, shape.hidden), output(shape.hidden, shape.width) {}
  OuterSum queryKeyValue;
  OuterSum output;
};

/** What the last part of the gradient reads. */
struct Backward {
  const AttentionShape& shape;
  const float* x;
  /** The gradient before the norm [rows, hidden]. */
  const float* sumGradient;
  const float* attended;
  const float* queryKeyValueGradient;
  /** [hidden, 3·width] */
  const float* queryKeyValueTurned;
};

void addPanels(const Backward& backward, int first, int count, WeightSums& sums, float* inputGradient) {
  const AttentionShape& shape = backward.shape;
  const Layout hidden = {shape.rows, shape.hidden, false};
  const Layout width = {shape.rows, shape.width, false};
  const Layout joined = {shape.rows, 3 * shape.width, false};
  const long joinedSize = 3L * shape.width * kPanel;
  const long hiddenSize = static_cast<long>(shape.hidden) * kPanel;
  float* values = scratch(0, std::max(hiddenSize, static_cast<long>(shape.width) * kPanel));
  float* inputsTurned = scratch(2, static_cast<long>(sums.queryKeyValue.layout().columns) * kPanel * kPanelsAtOnce);
  float* attendedTurned = scratch(3, static_cast<long>(sums.output.layout().columns) * kPanel * kPanelsAtOnce);
  float* gradients = scratch(4, joinedSize * kPanelsAtOnce + kSlackRows * kPanel);
  float* sumGradients = scratch(5, hiddenSize * kPanelsAtOnce + kSlackRows * kPanel);
  for (int panel = 0; panel < count; panel++) {
    readPanel(hidden, backward.x, first + panel, values);
    turnPanel(sums.queryKeyValue.layout(), values, shape.hidden, panel, count, inputsTurned);
    readPanel(width, backward.attended, first + panel, values);
    turnPanel(sums.output.layout(), values, shape.width, panel, count, attendedTurned);
    readPanel(joined, backward.queryKeyValueGradient, first + panel, gradients + panel * joinedSize);
    readPanel(hidden, backward.sumGradient, first + panel, sumGradients + panel * hiddenSize);
    std::copy_n(sumGradients + panel * hiddenSize, hiddenSize, values);
    multiplyMatrix<true>(backward.queryKeyValueTurned, 3L * shape.width, shape.hidden, 3 * shape.width,
                         gradients + panel * joinedSize, values);
    writePanel(hidden, values, first + panel, inputGradient);
  }
  sums.queryKeyValue.add(0, 3 * shape.width, gradients, joinedSize, count, inputsTurned);
  sums.output.add(0, shape.hidden, sumGradients, hiddenSize, count, attendedTurned);
}

}  // namespace

void attentionForward(const AttentionShape& shape, const AttentionWeights& weights, const float* x, float* y,
                      float* inverse, float* kept) {
  const long joinedSize = shape.rows * 3 * shape.width;
  const Held queryKeyValue(kept, joinedSize);
  const Held attended(kept == nullptr ? nullptr : kept + joinedSize, shape.rows * shape.width);
  project(shape, weights, x, queryKeyValue.data());
  forEachHead(shape, weights, [&](Head& head, const HeadPlace& place) {
    head.read(place, queryKeyValue.data());
    head.share();
    head.attend(place, attended.data());
  });
  const Layout hidden = {shape.rows, shape.hidden, false};
  runParts(hidden.panels(), [&](int panel) {
    float* values = scratch(0, static_cast<long>(shape.hidden) * kPanel);
    float* mixed = scratch(1, static_cast<long>(shape.width) * kPanel);
    readPanel(hidden, x, panel, values);
    readPanel({shape.rows, shape.width, false}, attended.data(), panel, mixed);
    multiplyMatrix<true>(weights.output, shape.width, shape.hidden, shape.width, mixed, values);
    float factors[kPanel];
    normalisePanel(values, shape.hidden, factors);
    writePanel(hidden, values, panel, y);
    std::copy_n(factors, hidden.itemsOf(panel), inverse + static_cast<long>(panel) * kPanel);
  });
}

void attentionBackward(const AttentionShape& shape, const AttentionWeights& weights, const float* x, const float* y,
                       const float* inverse, const float* kept, const float* outputGradient,
                       const AttentionGradients& gradients) {
  const Layout hidden = {shape.rows, shape.hidden, false};
  const int panels = hidden.panels();
  const long joinedSize = shape.rows * 3 * shape.width;
  // A head's query, key and value are read before their gradients take their place, where they were made again.
  const Lease joinedGradient(joinedSize);
  std::optional<Lease> attendedAgain;
  if (kept == nullptr) attendedAgain.emplace(shape.rows * shape.width);
  const float* queryKeyValue = kept == nullptr ? joinedGradient.data() : kept;
  const float* attended = kept == nullptr ? attendedAgain->data() : kept + joinedSize;
  const Lease sumGradient(shape.rows * shape.hidden);
  const Lease attendedGradient(shape.rows * shape.width);
  const Lease outputTurned(static_cast<long>(shape.hidden) * shape.width);
  const Lease queryKeyValueTurned(3L * shape.width * shape.hidden);
  turnWeights(weights.output, shape.hidden, shape.width, outputTurned.data());
  turnWeights(weights.queryKeyValue, 3 * shape.width, shape.hidden, queryKeyValueTurned.data());
  if (kept == nullptr) project(shape, weights, x, joinedGradient.data());
  runParts(panels, [&](int panel) {
    float* gradient = scratch(0, static_cast<long>(shape.hidden) * kPanel);
    float* output = scratch(2, static_cast<long>(shape.hidden) * kPanel);
    readPanel(hidden, outputGradient, panel, gradient);
    readPanel(hidden, y, panel, output);
    float factors[kPanel] = {};
    std::copy_n(inverse + static_cast<long>(panel) * kPanel, hidden.itemsOf(panel), factors);
    normaliseGradient(gradient, output, factors, shape.hidden);
    writePanel(hidden, gradient, panel, sumGradient.data());
    multiplyRows(gradient, outputTurned.data(), shape.hidden, shape.width, shape.rows, panel, attendedGradient.data());
  });
  forEachHead(shape, weights, [&](Head& head, const HeadPlace& place) {
    head.read(place, queryKeyValue);
    head.share();
    if (attendedAgain) head.attend(place, attendedAgain->data());
    head.gradient(place, attendedGradient.data(), joinedGradient.data());
  });
  const Backward backward = {shape,    x, sumGradient.data(), attended, joinedGradient.data(),
                             queryKeyValueTurned.data()};
  const int parts = std::min(kGradientParts, panels);
  std::vector<std::unique_ptr<WeightSums>> shares(parts);
  runParts(parts, [&](int part) {
    shares[part] = std::make_unique<WeightSums>(shape);
    const int last = firstOf(part + 1, parts, panels);
    for (int panel = firstOf(part, parts, panels); panel < last; panel += kPanelsAtOnce)
      addPanels(backward, panel, std::min(kPanelsAtOnce, last - panel), *shares[part], gradients.x);
  });
  const auto joinedOf = [&](int part) -> const OuterSum& { return shares[part]->queryKeyValue; };
  const auto outputOf = [&](int part) -> const OuterSum& { return shares[part]->output; };
  runParts(parts, [&](int part) {
    for (int row = firstOf(part, parts, 3 * shape.width); row < firstOf(part + 1, parts, 3 * shape.width); row++)
      joinRow(parts, joinedOf, row, shape.hidden, gradients.queryKeyValue + static_cast<long>(row) * shape.hidden);
    for (int row = firstOf(part, parts, shape.hidden); row < firstOf(part + 1, parts, shape.hidden); row++)
      joinRow(parts, outputOf, row, shape.width, gradients.output + static_cast<long>(row) * shape.width);
  });
}

}  // namespace trm
