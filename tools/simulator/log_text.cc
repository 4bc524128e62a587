#include "tools/simulator/log_text.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "tools/simulator/json_text.h"

namespace taskgateway::simulator {
namespace {

// `@@` becomes the entry's number and `########` the line's, both of fixed width, so that sizes do not depend on them.
constexpr std::array<std::string_view, 6> kLines = {
    "\x1b[0m\x1b[1malicloud_instance.node[\"@@-########\"]: Creating...\x1b[0m\n",
    "alicloud_vpc.main (@@): step ########, a plain line of plain text that is a little longer than the others\n",
    "\x1b[32m+\x1b[0m resource \"alicloud_vswitch\" \"zone-@@\" { name = \"café-########\" }\n",
    "alicloud_slb.front[\"@@\"]: 正在创建，请稍候 [########]\n",
    "\x1b[33mWarning:\x1b[0m path C:\\temp\\@@\\######## is not absolute\r\n",
    "module.@@.step[########]: done 🚀\n",
};

// One line, plain or escaped, and where its two numbers go.
struct Template {
  std::string text;
  std::size_t entry_at = 0;
  std::size_t line_at = 0;

  explicit Template(std::string line) : text(std::move(line)), entry_at(text.find("@@")), line_at(text.find("####")) {}

  void AppendTo(std::string& out, int entry, std::uint64_t line) const {
    const std::size_t start = out.size();
    out += text;
    WriteDigits(&out[start + entry_at], 2, static_cast<std::uint64_t>(entry));
    WriteDigits(&out[start + line_at], 8, line);
  }

  static void WriteDigits(char* to, int count, std::uint64_t number) {
    for (int i = count - 1; i >= 0; --i, number /= 10) to[i] = static_cast<char>('0' + number % 10);
  }
};

std::string Escape(std::string_view text) {
  const std::string quoted = JsonString(text);
  return quoted.substr(1, quoted.size() - 2);
}

// All lines once: the period of the text.
struct Period {
  std::vector<Template> plain;
  std::vector<Template> escaped;
  std::uint64_t plain_size = 0;
  std::uint64_t escaped_size = 0;

  Period() {
    for (const std::string_view line : kLines) {
      plain.emplace_back(std::string(line));
      escaped.emplace_back(Escape(line));
      plain_size += plain.back().text.size();
      escaped_size += escaped.back().text.size();
    }
  }
};

const Period& ThePeriod() {
  static const auto* const period = new Period();
  return *period;
}

// The first `size` bytes of a line, fewer at a UTF-8 border.
std::string PartOfLine(int entry, std::uint64_t line, std::size_t size) {
  std::string text;
  ThePeriod().plain[line % kLines.size()].AppendTo(text, entry, line);
  while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  text.resize(std::min(size, text.size()));
  return text;
}

}  // namespace

std::string PlainLog(LogSlice slice) {
  std::string text;
  text.reserve(slice.bytes);
  for (std::uint64_t line = 0; text.size() < slice.bytes; ++line) {
    const std::size_t left = slice.bytes - text.size();
    const Template& next = ThePeriod().plain[line % kLines.size()];
    if (next.text.size() > left) {
      text += PartOfLine(slice.entry, line, left);
      break;
    }
    next.AppendTo(text, slice.entry, line);
  }
  return text;
}

std::uint64_t EscapedLogSize(LogSlice slice) {
  const Period& period = ThePeriod();
  const std::uint64_t periods = slice.bytes / period.plain_size;
  std::uint64_t left = slice.bytes % period.plain_size;
  std::uint64_t size = periods * period.escaped_size;
  for (std::size_t i = 0; i < kLines.size(); ++i) {
    if (period.plain[i].text.size() > left) {
      return size + Escape(PartOfLine(slice.entry, periods * kLines.size() + i, left)).size();
    }
    left -= period.plain[i].text.size();
    size += period.escaped[i].text.size();
  }
  return size;
}

bool EscapedLogReader::Read(std::string& out, std::size_t size) {
  const Period& period = ThePeriod();
  while (plain_done_ < slice_.bytes && out.size() < size) {
    const std::size_t index = line_ % kLines.size();
    const std::uint64_t left = slice_.bytes - plain_done_;
    if (period.plain[index].text.size() > left) {
      out += Escape(PartOfLine(slice_.entry, line_, left));
      plain_done_ = slice_.bytes;
      break;
    }
    period.escaped[index].AppendTo(out, slice_.entry, line_);
    plain_done_ += period.plain[index].text.size();
    ++line_;
  }
  return plain_done_ < slice_.bytes;
}

}  // namespace taskgateway::simulator
