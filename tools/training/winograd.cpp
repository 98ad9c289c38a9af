// 3x3 convolutions (stride 1, zero padding of 1) and their gradients by Winograd's F(4x4, 3x3), for winograd.py.
//
// A tile of 4x4 outputs takes 36 multiplications for each pair of channels in place of 144 (Lavin & Gray 2016):
//
//     y = A' [ (G w G') * (B' x B) ] A        w 3x3, x 6x6, y 4x4, ' transposes, * multiplies number by number
//
// The gradient of x is such a convolution again, of y's gradient by the kernel turned round with its channels swapped.
// That of w is the same formula read backwards: G' [ (B' x B) * (A dy A') ] G, summed over all tiles. Multiplying the
// transformed numbers is 36 matrix products, run in blocks of tiles that fit into a core's cache.
//
// Pictures are float32 [batch, height, width, channels], kernels [3, 3, in, out]. Channels are multiples of 16. Needs AVX2.
#include <immintrin.h>
#include <omp.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

namespace {

constexpr int kPoints = 36;  // of a transformed tile
constexpr int kBlock = 24;   // tiles at a time, a multiple of kRows: their 36 planes fit into the second-level cache
constexpr int kRows = 6, kColumns = 16;  // of a product that is held in the registers
constexpr int kAhead = 8;    // pixels to the right that are fetched beforehand: two tiles

using Vector = __m256;  // of eight channels
inline Vector load(const float* p) { return _mm256_loadu_ps(p); }
inline void store(float* p, Vector x) { _mm256_storeu_ps(p, x); }
inline Vector zero() { return _mm256_setzero_ps(); }
inline Vector fma(float a, Vector x, Vector y) { return _mm256_fmadd_ps(_mm256_set1_ps(a), x, y); }

// B' x: six numbers of a picture to six of a transformed one.
inline void transform_picture(const Vector* x, Vector* y) {
  const Vector a = fma(-4, x[2], x[4]), b = fma(-4, x[1], x[3]);
  const Vector c = x[4] - x[2], d = x[3] - x[1];
  y[0] = fma(4, x[0], fma(-5, x[2], x[4]));
  y[1] = a + b;
  y[2] = a - b;
  y[3] = fma(2, d, c);
  y[4] = fma(-2, d, c);
  y[5] = fma(4, x[1], fma(-5, x[3], x[5]));
}

// A dy: four numbers of an output's gradient to six.
inline void transform_gradient(const Vector* x, Vector* y) {
  const Vector a = x[0] + x[2], b = x[1] + x[3];
  const Vector c = fma(4, x[2], x[0]), d = fma(4, x[3], x[1]);
  y[0] = x[0];
  y[1] = a + b;
  y[2] = a - b;
  y[3] = fma(2, d, c);
  y[4] = fma(-2, d, c);
  y[5] = x[3];
}

// A' m: six numbers of a product to four of an output.
inline void transform_output(const Vector* m, Vector* y) {
  const Vector a = m[1] + m[2], b = m[1] - m[2];
  const Vector c = m[3] + m[4], d = m[3] - m[4];
  y[0] = m[0] + a + c;
  y[1] = fma(2, d, b);
  y[2] = fma(4, c, a);
  y[3] = fma(8, d, b) + m[5];
}

// G of the kernels, with the points 0, 1, -1, 2, -2 and infinity.
constexpr float kKernel[6][3] = {{1 / 4.f, 0, 0},
                                 {-1 / 6.f, -1 / 6.f, -1 / 6.f},
                                 {-1 / 6.f, 1 / 6.f, -1 / 6.f},
                                 {1 / 24.f, 1 / 12.f, 1 / 6.f},
                                 {1 / 24.f, -1 / 12.f, 1 / 6.f},
                                 {0, 0, 1}};

struct Shape {
  int batch, height, width;
};

// The 4x4 tiles of a batch's outputs; those at the right and lower edge may reach over it.
struct Tiles {
  explicit Tiles(Shape shape) : shape(shape), rows((shape.height + 3) / 4), columns((shape.width + 3) / 4) {}
  int count() const { return shape.batch * rows * columns; }
  int row(int tile) const { return 4 * (tile / columns % rows); }
  int column(int tile) const { return 4 * (tile % columns); }
  size_t pixel(int tile, int row, int column) const {
    return (size_t(tile / columns / rows) * shape.height + row) * shape.width + column;
  }
  bool holds(int row, int column) const {
    return row >= 0 && row < shape.height && column >= 0 && column < shape.width;
  }
  Shape shape;
  int rows, columns;
};

alignas(64) float outside[4096];  // what lies beyond the picture: zeros, for up to so many channels (MOST_CHANNELS)

// Memory that a thread keeps.
struct Scratch {
  float* of(size_t count) {
    if (values.size() < count + 16) values.resize(count + 16);
    return values.data();
  }
  std::vector<float> values;
};
thread_local Scratch pictures, products, sums, bias_sums;

// Floats from one point's plane to the next: not a power of two, else all 36 would share the cache's few places.
inline size_t plane_of(int channels) { return size_t(kBlock) * channels + 16; }

// A tile's Side x Side pixels to its 36 numbers, for every channel. Where there is a gate, only what stands where the gate
// is above 0 counts: a ReLU's gradient. Adds up all pixels in `total` (if any).
template <int Side, void (*Transform)(const Vector*, Vector*), bool Gated>
void transform_tile(const float* x, const float* gate, const Tiles& tiles, int tile, int channels, float* out, float* total) {
  const int before = (Side - 4) / 2;
  const float *pixels[Side * Side], *gates[Side * Side];
  for (int i = 0; i < Side; i++) {
    for (int j = 0; j < Side; j++) {
      const int row = tiles.row(tile) + i - before, column = tiles.column(tile) + j - before;
      const bool inside = tiles.holds(row, column);
      const size_t at = inside ? tiles.pixel(tile, row, column) * channels : 0;
      pixels[i * Side + j] = inside ? x + at : outside;
      if (Gated) gates[i * Side + j] = inside ? gate + at : outside;
    }
  }
  const size_t plane = plane_of(channels);
  for (int c = 0; c < channels; c += 8) {
    if (c % 16 == 0) {  // a line of the cache
      for (int i = 0; i < Side; i++) {
        for (int j = 2 * before; j < Side; j++) {  // the tile before has the others
          _mm_prefetch(reinterpret_cast<const char*>(pixels[i * Side + j] + kAhead * channels + c), _MM_HINT_T0);
          if (Gated) _mm_prefetch(reinterpret_cast<const char*>(gates[i * Side + j] + kAhead * channels + c), _MM_HINT_T0);
        }
      }
    }
    Vector half[6 * Side], line[Side], done[6], sum = total ? load(total + c) : zero();
    for (int j = 0; j < Side; j++) {
      for (int i = 0; i < Side; i++) {
        line[i] = load(pixels[i * Side + j] + c);
        if (Gated) line[i] = _mm256_and_ps(line[i], _mm256_cmp_ps(load(gates[i * Side + j] + c), zero(), _CMP_GT_OQ));
        if (total) sum = sum + line[i];
      }
      Transform(line, done);
      for (int i = 0; i < 6; i++) half[i * Side + j] = done[i];
    }
    if (total) store(total + c, sum);
    for (int i = 0; i < 6; i++) {
      Transform(half + i * Side, done);
      for (int j = 0; j < 6; j++) store(out + (i * 6 + j) * plane + c, done[j]);
    }
  }
}

void transform_tile_of_picture(const float* x, const float* gate, const Tiles& tiles, int tile, int channels, float* out) {
  const auto transform = gate ? transform_tile<6, transform_picture, true> : transform_tile<6, transform_picture, false>;
  transform(x, gate, tiles, tile, channels, out, nullptr);
}

void transform_tile_of_gradient(const float* dy, const float* gate, const Tiles& tiles, int tile, int channels, float* out, float* total) {
  const auto transform = gate ? transform_tile<4, transform_gradient, true> : transform_tile<4, transform_gradient, false>;
  transform(dy, gate, tiles, tile, channels, out, total);
}

void write_tile(const float* product, const Tiles& tiles, int tile, int channels, const float* bias, bool relu,
                const float* added_to, float* y) {
  const int rows = std::min(4, tiles.shape.height - tiles.row(tile));
  const int columns = std::min(4, tiles.shape.width - tiles.column(tile));
  const size_t plane = plane_of(channels);
  for (int c = 0; c < channels; c += 8) {
    Vector half[4 * 6], line[6], done[4];
    for (int j = 0; j < 6; j++) {
      for (int i = 0; i < 6; i++) line[i] = load(product + (i * 6 + j) * plane + c);
      transform_output(line, done);
      for (int i = 0; i < 4; i++) half[i * 6 + j] = done[i];
    }
    for (int i = 0; i < rows; i++) {
      transform_output(half + i * 6, done);
      for (int j = 0; j < columns; j++) {
        Vector value = bias ? done[j] + load(bias + c) : done[j];
        if (relu) value = _mm256_max_ps(value, zero());
        const size_t at = tiles.pixel(tile, tiles.row(tile) + i, tiles.column(tile) + j) * channels + c;
        store(y + at, added_to ? value + load(added_to + at) : value);
      }
    }
  }
}

// c [Rows, 16] (+)= a [Rows, depth] b [depth, 16]. The compiler keeps c in registers where each has a name, not in an array.
#define FOR_ROWS(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5)
template <int Rows, bool Transposed, bool Adds>
inline void multiply(int depth, const float* a, size_t a_row, const float* b, size_t b_row, float* c, size_t c_row) {
  static_assert(Rows <= kRows);
#define DECLARE(r)                                                      \
  Vector left##r = Adds && r < Rows ? load(c + r * c_row) : zero();     \
  Vector right##r = Adds && r < Rows ? load(c + r * c_row + 8) : zero();
  FOR_ROWS(DECLARE)
  for (int k = 0; k < depth; k++) {
    const Vector b_left = load(b + k * b_row), b_right = load(b + k * b_row + 8);
#define MULTIPLY(r)                                                                                     \
  if (r < Rows) {                                                                                       \
    const Vector factor = _mm256_broadcast_ss(Transposed ? a + k * a_row + r : a + r * a_row + k);      \
    left##r = _mm256_fmadd_ps(factor, b_left, left##r);                                                 \
    right##r = _mm256_fmadd_ps(factor, b_right, right##r);                                              \
  }
    FOR_ROWS(MULTIPLY)
  }
#define STORE(r)                         \
  if (r < Rows) {                        \
    store(c + r * c_row, left##r);       \
    store(c + r * c_row + 8, right##r);  \
  }
  FOR_ROWS(STORE)
}

}  // namespace

extern "C" {

// kernel [3, 3, in, out] to [36, out / 16, in, 16].
void winograd_kernel(const float* kernel, int in, int out, float* transformed) {
#pragma omp parallel for
  for (int i = 0; i < in; i++) {
    for (int o = 0; o < out; o += 8) {
      Vector half[6 * 3];
      for (int row = 0; row < 6; row++) {
        for (int column = 0; column < 3; column++) {
          half[row * 3 + column] = zero();
          for (int k = 0; k < 3; k++)
            half[row * 3 + column] = fma(kKernel[row][k], load(kernel + (size_t(k * 3 + column) * in + i) * out + o), half[row * 3 + column]);
        }
      }
      for (int point = 0; point < kPoints; point++) {
        Vector value = zero();
        for (int k = 0; k < 3; k++) value = fma(kKernel[point % 6][k], half[point / 6 * 3 + k], value);
        store(transformed + ((size_t(point) * (out / kColumns) + o / kColumns) * in + i) * kColumns + o % kColumns, value);
      }
    }
  }
}

// x [batch, height, width, in] to y [batch, height, width, out] by a kernel of winograd_kernel. Gate, bias and what the
// result is added to may be null.
void winograd_convolve(const float* x, const float* gate, const float* kernel, const float* bias, int relu,
                       const float* added_to, float* y, int batch, int height, int width, int in, int out) {
  const Tiles tiles({batch, height, width});
  const int blocks = (tiles.count() + kBlock - 1) / kBlock;
  const size_t x_plane = plane_of(in), y_plane = plane_of(out);
#pragma omp parallel for schedule(dynamic, 1)
  for (int block = 0; block < blocks; block++) {
    const int first = block * kBlock, count = std::min(kBlock, tiles.count() - first);
    float *from = pictures.of(kPoints * x_plane), *to = products.of(kPoints * y_plane);
    for (int tile = 0; tile < count; tile++)
      transform_tile_of_picture(x, gate, tiles, first + tile, in, from + size_t(tile) * in);
    for (int point = 0; point < kPoints; point++)
      for (int o = 0; o < out; o += kColumns)
        for (int tile = 0; tile < count; tile += kRows)  // what stands behind the last tile is multiplied for nothing
          multiply<kRows, false, false>(in, from + point * x_plane + size_t(tile) * in, in,
                                        kernel + (size_t(point) * out + o) * in, kColumns,
                                        to + point * y_plane + size_t(tile) * out + o, out);
    for (int tile = 0; tile < count; tile++)
      write_tile(to + size_t(tile) * out, tiles, first + tile, out, bias, relu, added_to, y);
  }
}

// Gradients of the kernel, [3, 3, in, out], and of the bias, [out], of a convolution of x with the gradient dy of its output.
void winograd_gradient(const float* x, const float* dy, const float* gate, float* kernel, float* bias,
                       int batch, int height, int width, int in, int out) {
  const Tiles tiles({batch, height, width});
  const int blocks = (tiles.count() + kBlock - 1) / kBlock;
  const size_t x_plane = plane_of(in), y_plane = plane_of(out), sum_plane = size_t(in) * out + 16;
  std::vector<float*> all_sums(omp_get_max_threads(), nullptr), all_bias_sums(omp_get_max_threads(), nullptr);
#pragma omp parallel
  {
    float* sum = all_sums[omp_get_thread_num()] = sums.of(kPoints * sum_plane);
    float* bias_sum = all_bias_sums[omp_get_thread_num()] = bias_sums.of(out);
    std::memset(sum, 0, kPoints * sum_plane * sizeof(float));
    std::memset(bias_sum, 0, out * sizeof(float));
#pragma omp for schedule(dynamic, 1)
    for (int block = 0; block < blocks; block++) {
      const int first = block * kBlock, count = std::min(kBlock, tiles.count() - first);
      float *from = pictures.of(kPoints * x_plane), *to = products.of(kPoints * y_plane);
      for (int tile = 0; tile < count; tile++) {
        transform_tile_of_picture(x, nullptr, tiles, first + tile, in, from + size_t(tile) * in);
        transform_tile_of_gradient(dy, gate, tiles, first + tile, out, to + size_t(tile) * out, bias_sum);
      }
      for (int point = 0; point < kPoints; point++) {
        for (int o = 0; o < out; o += kColumns) {
          const float *a = from + point * x_plane, *b = to + point * y_plane + o;
          float* c = sum + point * sum_plane + o;
          int i = 0;
          for (; i + kRows <= in; i += kRows) multiply<kRows, true, true>(count, a + i, in, b, out, c + size_t(i) * out, out);
          for (; i < in; i += 2) multiply<2, true, true>(count, a + i, in, b, out, c + size_t(i) * out, out);
        }
      }
    }
  }
  for (auto* threads : {&all_sums, &all_bias_sums})  // there may have been fewer than at most
    threads->erase(std::remove(threads->begin(), threads->end(), nullptr), threads->end());
#pragma omp parallel for
  for (int i = 0; i < in; i++) {
    for (int o = 0; o < out; o += 8) {
      Vector half[3 * 6];
      for (int column = 0; column < 6; column++) {
        for (int row = 0; row < 3; row++) half[row * 6 + column] = zero();
        for (int k = 0; k < 6; k++) {
          Vector value = zero();
          for (const float* sum : all_sums) value = value + load(sum + (k * 6 + column) * sum_plane + size_t(i) * out + o);
          for (int row = 0; row < 3; row++) half[row * 6 + column] = fma(kKernel[k][row], value, half[row * 6 + column]);
        }
      }
      for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 3; column++) {
          Vector value = zero();
          for (int k = 0; k < 6; k++) value = fma(kKernel[k][column], half[row * 6 + k], value);
          store(kernel + (size_t(row * 3 + column) * in + i) * out + o, value);
        }
      }
    }
  }
  for (int o = 0; o < out; o++) {
    bias[o] = 0;
    for (const float* sum : all_bias_sums) bias[o] += sum[o];
  }
}
}
