#include "engine/heads/draw.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <stb/stb_easy_font.h>
#pragma GCC diagnostic pop

namespace octet {
namespace {

using Color = std::array<uint8_t, 3>;

constexpr Color kBlack = {0, 0, 0};
// Of a line of stb_easy_font, in its own pixels.
constexpr int kLineHeight = 12;

// Bright, and far from those of the neighbouring classes: hues a golden section
// of the circle apart.
Color ColorOf(int class_index) {
  const float turns = float(class_index) * 0.61803399f;
  const float hue = 6.0f * (turns - std::floor(turns));
  Color color;
  for (int c = 0; c < 3; ++c) {
    const float distance =
        std::fabs(std::fmod(hue + 6.0f - 2.0f * float(c), 6.0f) - 3.0f);
    // 0 ... 3, largest opposite of the channel's own hue's other side.
    const float level = std::clamp(distance - 1.0f, 0.0f, 1.0f);
    color[size_t(c)] = uint8_t(55.0f + 200.0f * level);
  }
  return color;
}

uint8_t* PixelOf(Picture* picture, int x, int y) {
  return &picture->pixels[(size_t(y) * size_t(picture->width) + size_t(x)) * 3];
}

// x1 ... x2 - 1, y1 ... y2 - 1, as far as they are in the picture.
void Fill(int x1, int y1, int x2, int y2, Color color, Picture* picture) {
  x1 = std::max(x1, 0);
  x2 = std::min(x2, picture->width);
  for (int y = std::max(y1, 0); y < std::min(y2, picture->height); ++y) {
    for (int x = x1; x < x2; ++x) {
      std::copy(color.begin(), color.end(), PixelOf(picture, x, y));
    }
  }
}

void DrawFrame(const Box& box, int thickness, Color color, Picture* picture) {
  const int x1 = int(box.x1), y1 = int(box.y1);
  const int x2 = int(std::ceil(box.x2)), y2 = int(std::ceil(box.y2));
  Fill(x1, y1, x2, y1 + thickness, color, picture);
  Fill(x1, y2 - thickness, x2, y2, color, picture);
  Fill(x1, y1, x1 + thickness, y2, color, picture);
  Fill(x2 - thickness, y1, x2, y2, color, picture);
}

// As much of a text as stb_easy_font knows.
std::string Printable(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c >= ' ' && c <= '~') result += c;
  }
  return result;
}

// A line of text on a ground of `color`, each of the font's pixels `scale`
// wide.
void DrawText(int left, int top, int scale, const std::string& text,
              Color color, Picture* picture) {
  struct Vertex {
    float x, y, z;
    uint8_t color[4];
  };
  std::string copy = Printable(text);
  const int width = stb_easy_font_width(copy.data());
  // 270 bytes a character are what the header says is enough.
  std::vector<Vertex> vertices(copy.size() * 270 / sizeof(Vertex) + 4);
  const int quads =
      stb_easy_font_print(1.0f, 2.0f, copy.data(), nullptr, vertices.data(),
                          int(vertices.size() * sizeof(Vertex)));
  Fill(left, top, left + (width + 2) * scale, top + kLineHeight * scale, color,
       picture);
  for (int i = 0; i < quads; ++i) {
    const Vertex& from = vertices[size_t(4 * i)];
    const Vertex& to = vertices[size_t(4 * i + 2)];
    Fill(left + int(from.x) * scale, top + int(from.y) * scale,
         left + int(to.x) * scale, top + int(to.y) * scale, kBlack, picture);
  }
}

}  // namespace

Box InPicture(const Box& box, const Placement& placement, PixelSize picture) {
  const auto place = [](float value, double scale, double begin, int size) {
    return float(std::clamp(double(value) * scale + begin, 0.0, double(size)));
  };
  Box result = box;
  result.x1 = place(box.x1, placement.scale_x, placement.left, picture.width);
  result.x2 = place(box.x2, placement.scale_x, placement.left, picture.width);
  result.y1 = place(box.y1, placement.scale_y, placement.top, picture.height);
  result.y2 = place(box.y2, placement.scale_y, placement.top, picture.height);
  return result;
}

std::string Caption(const HeadInfo& head, const Box& box) {
  const size_t index = size_t(box.class_index);
  char score[16];
  std::snprintf(score, sizeof(score), " %.2f", double{box.score});
  return (index < head.names.size() ? head.names[index]
                                    : std::to_string(index)) +
         score;
}

void DrawBoxes(const HeadInfo& head, const std::vector<Box>& boxes,
               Picture* picture) {
  const int smaller = std::min(picture->width, picture->height);
  const int scale = std::max(1, smaller / 300);
  const int thickness = std::max(1, smaller / 200);
  for (const Box& box : boxes) {
    DrawFrame(box, thickness, ColorOf(box.class_index), picture);
  }
  // Over all frames.
  for (const Box& box : boxes) {
    const int top = std::max(0, int(box.y1) - kLineHeight * scale);
    DrawText(int(box.x1), top, scale, Caption(head, box),
             ColorOf(box.class_index), picture);
  }
}

void DrawClasses(const ClassMap& map, const Placement& placement,
                 PixelSize input, Picture* picture) {
  for (int y = 0; y < picture->height; ++y) {
    const double input_y = (y + 0.5 - placement.top) / placement.scale_y;
    const int row = int(std::floor(input_y * map.height / input.height));
    if (row < 0 || row >= map.height) continue;
    for (int x = 0; x < picture->width; ++x) {
      const double input_x = (x + 0.5 - placement.left) / placement.scale_x;
      const int column = int(std::floor(input_x * map.width / input.width));
      if (column < 0 || column >= map.width) continue;
      const int index =
          map.classes[size_t(row) * size_t(map.width) + size_t(column)];
      if (index == 0) continue;
      const Color color = ColorOf(index);
      uint8_t* pixel = PixelOf(picture, x, y);
      for (size_t c = 0; c < 3; ++c) {
        pixel[c] = uint8_t((pixel[c] + color[c] + 1) / 2);
      }
    }
  }
}

}  // namespace octet
