// One attention head of one sample: softmax(q·kᵀ / √size)·v, and its gradient, with panels of queries.

#pragma once

#include <cmath>

#include "attention.h"
#include "outer.h"
#include "pool.h"

namespace trm {

/** Where a head's rows lie in matrices of [tokens · batch, …]. */
struct HeadPlace {
  const AttentionShape& shape;
  int sample;
  int head;

  long row(int token) const { return static_cast<long>(token) * shape.batch() + sample; }
  /** First value of part 0 (query), 1 (key) or 2 (value) in a row of queryKeyValue. */
  long joined(int token, int part) const {
    return row(token) * 3 * shape.width + static_cast<long>(part) * shape.width + head * shape.headSize();
  }
  /** First value of the head in a row of width features. */
  long single(int token) const { return row(token) * shape.width + head * shape.headSize(); }
  /** Floats from one token of the head to the next, beside `width` values a row. */
  long stride() const { return static_cast<long>(shape.batch()) * shape.width; }
};

/** Turns a head's vector by its position's angles; `direction` −1 turns back. */
inline void rotate(const AttentionWeights& weights, int token, int size, float direction, const float* from, float* to) {
  if (weights.cosine == nullptr) {
    std::copy_n(from, size, to);
    return;
  }
  const int half = size / 2;
  const float* cosine = weights.cosine + static_cast<long>(token) * size;
  const float* sine = weights.sine + static_cast<long>(token) * size;
  for (int i = 0; i < half; i++) {
    const float first = from[i];
    const float second = from[i + half];
    to[i] = first * cosine[i] - direction * second * sine[i];
    to[i + half] = second * cosine[i + half] + direction * first * sine[i + half];
  }
}

/** A head's operands in the layouts that its products want. */
class Head {
 public:
  Head(const AttentionShape& shape, const AttentionWeights& weights)
      : shape_(shape),
        weights_(weights),
        tokens_(shape.tokens),
        size_(shape.headSize()),
        panels_((shape.tokens + kPanel - 1) / kPanel),
        keyLayout_(outerLayout(size_)),
        keys_(static_cast<long>(tokens_) * size_),
        keysTurned_(keys_.size()),
        values_(keys_.size()),
        valuesTurned_(keys_.size()),
        queries_(static_cast<long>(size_) * panels_ * kPanel),
        weightsOfKeys_((static_cast<long>(tokens_) * panels_ + kSlackRows) * kPanel),
        gradients_(weightsOfKeys_.size()),
        panelOfHead_(static_cast<long>(size_) * kPanel),
        rows_(keys_.size()) {}

  void read(const HeadPlace& place, const float* queryKeyValue) {
    const float scale = 1.0f / std::sqrt(static_cast<float>(size_));
    for (int token = 0; token < tokens_; token++) {
      float* turned = rows_.data() + token * size_;
      rotate(weights_, token, size_, 1, queryKeyValue + place.joined(token, 0), turned);
      for (int i = 0; i < size_; i++) turned[i] *= scale;
      rotate(weights_, token, size_, 1, queryKeyValue + place.joined(token, 1), keys_.data() + token * size_);
      std::copy_n(queryKeyValue + place.joined(token, 2), size_, values_.data() + token * size_);
    }
    for (int panel = 0; panel < panels_; panel++)
      toPanel(rows_.data() + panel * kPanel * size_, size_, panel, queryPanel(panel));
  }

  /** After `read`: how much each query takes of each key's value. */
  void share() {
    for (int panel = 0; panel < panels_; panel++) {
      float* shares = weightsOfKeys_.data() + static_cast<long>(panel) * tokens_ * kPanel;
      multiplyMatrix<false>(keys_.data(), size_, tokens_, size_, queryPanel(panel), shares);
      softmax(shares);
    }
  }

  /** After `share`. Writes the head's part of `attended` [tokens · batch, width]. */
  void attend(const HeadPlace& place, float* attended) {
    transpose(values_.data(), size_, tokens_, size_, valuesTurned_.data(), tokens_);
    for (int panel = 0; panel < panels_; panel++) {
      const float* shares = weightsOfKeys_.data() + static_cast<long>(panel) * tokens_ * kPanel;
      multiplyMatrix<false>(valuesTurned_.data(), tokens_, size_, tokens_, shares, panelOfHead_.data());
      transpose(panelOfHead_.data(), kPanel, size_, itemsOf(panel), attended + place.single(panel * kPanel),
                place.stride());
    }
  }

  /** After `share`: the gradients of query, key and value from that of `attended`. */
  void gradient(const HeadPlace& place, const float* attendedGradient, float* queryKeyValueGradient) {
    const long outerSize = static_cast<long>(keyLayout_.columns) * panels_ * kPanel;
    queriesTurned_.resize(outerSize);
    outputsTurned_.resize(outerSize);
    transpose(keys_.data(), size_, tokens_, size_, keysTurned_.data(), tokens_);
    for (int panel = 0; panel < panels_; panel++) gradientOfPanel(place, panel, attendedGradient, queryKeyValueGradient);
    OuterSum keyGradient(tokens_, size_);
    OuterSum valueGradient(tokens_, size_);
    const long stride = static_cast<long>(tokens_) * kPanel;
    keyGradient.add(0, tokens_, gradients_.data(), stride, panels_, queriesTurned_.data());
    valueGradient.add(0, tokens_, weightsOfKeys_.data(), stride, panels_, outputsTurned_.data());
    for (int token = 0; token < tokens_; token++) {
      rotate(weights_, token, size_, -1, keyGradient.row(token), queryKeyValueGradient + place.joined(token, 1));
      std::copy_n(valueGradient.row(token), size_, queryKeyValueGradient + place.joined(token, 2));
    }
  }

 private:
  float* queryPanel(int panel) { return queries_.data() + static_cast<long>(panel) * size_ * kPanel; }

  int itemsOf(int panel) const { return std::min(kPanel, tokens_ - panel * kPanel); }

  /** Rows of a panel's tokens, `stride` floats apart, as a panel of the head's features. */
  void toPanel(const float* rows, long stride, int panel, float* to) const {
    if (itemsOf(panel) < kPanel) std::fill_n(to, static_cast<long>(size_) * kPanel, 0.0f);
    transpose(rows, stride, itemsOf(panel), size_, to, kPanel);
  }

  /** Over the rows of [tokens, kPanel], in place. */
  void softmax(float* scores) const {
    Vector highest[kTileVectors];
    for (int v = 0; v < kTileVectors; v++) highest[v] = load(scores + v * kLanes);
    for (int row = 1; row < tokens_; row++)
      for (int v = 0; v < kTileVectors; v++) highest[v] = larger(highest[v], load(scores + row * kPanel + v * kLanes));
    Vector totals[kTileVectors] = {};
    for (int row = 0; row < tokens_; row++)
      for (int v = 0; v < kTileVectors; v++) {
        float* at = scores + row * kPanel + v * kLanes;
        const Vector value = exponential(load(at) - highest[v]);
        totals[v] += value;
        store(at, value);
      }
    for (int row = 0; row < tokens_; row++)
      for (int v = 0; v < kTileVectors; v++) {
        float* at = scores + row * kPanel + v * kLanes;
        store(at, load(at) / totals[v]);
      }
  }

  void gradientOfPanel(const HeadPlace& place, int panel, const float* attendedGradient, float* queryKeyValueGradient) {
    toPanel(attendedGradient + place.single(panel * kPanel), place.stride(), panel, panelOfHead_.data());
    turnPanel(keyLayout_, panelOfHead_.data(), size_, panel, panels_, outputsTurned_.data());
    turnPanel(keyLayout_, queryPanel(panel), size_, panel, panels_, queriesTurned_.data());
    const float* shares = weightsOfKeys_.data() + static_cast<long>(panel) * tokens_ * kPanel;
    float* gradient = gradients_.data() + static_cast<long>(panel) * tokens_ * kPanel;
    multiplyMatrix<false>(values_.data(), size_, tokens_, size_, panelOfHead_.data(), gradient);
    // The gradient of a softmax: p·(dp − Σ p·dp).
    Vector sums[kTileVectors];
    panelProducts(shares, gradient, tokens_, sums);
    for (int row = 0; row < tokens_; row++)
      for (int v = 0; v < kTileVectors; v++) {
        const long at = static_cast<long>(row) * kPanel + v * kLanes;
        store(gradient + at, load(shares + at) * (load(gradient + at) - sums[v]));
      }
    multiplyMatrix<false>(keysTurned_.data(), tokens_, size_, tokens_, gradient, panelOfHead_.data());
    const float scale = 1.0f / std::sqrt(static_cast<float>(size_));
    for (float& value : panelOfHead_) value *= scale;
    transpose(panelOfHead_.data(), kPanel, size_, itemsOf(panel), rows_.data(), size_);
    for (int item = 0; item < itemsOf(panel); item++) {
      const int token = panel * kPanel + item;
      rotate(weights_, token, size_, -1, rows_.data() + item * size_, queryKeyValueGradient + place.joined(token, 0));
    }
  }

  const AttentionShape& shape_;
  const AttentionWeights& weights_;
  int tokens_;
  int size_;
  int panels_;
  OuterLayout keyLayout_;
  std::vector<float> keys_, keysTurned_, values_, valuesTurned_;
  std::vector<float> queries_, weightsOfKeys_, gradients_, panelOfHead_;
  /** One for each token. */
  std::vector<float> rows_;
  std::vector<float> queriesTurned_, outputsTurned_;
};

}  // namespace trm
