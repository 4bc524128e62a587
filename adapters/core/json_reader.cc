#include "adapters/core/json_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/core/json_number.h"
#include "rapidjson/error/en.h"
#include "rapidjson/reader.h"

namespace taskgateway::core {
namespace {

// Full precision is left out on purpose: RapidJSON 1.1.0 writes out of bounds on some long numbers with it. Numbers
// arrive as text and are converted in json_number.cc.
constexpr unsigned kParseFlags =
    rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;

// Which budget a document passed.
enum class Budget { kNone, kDepth, kNodes };

// Stands between the reader and the DOM, and stops the reader when a budget is passed.
class BoundedHandler {
 public:
  using Ch = char;

  BoundedHandler(const JsonLimits& limits, rapidjson::Document& document) : document_(document), limits_(limits) {}

  bool Null() { return Count() && document_.Null(); }
  bool Bool(bool value) { return Count() && document_.Bool(value); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return Count() && AddNumber(std::string_view(text, size), document_);
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return Count() && document_.String(text, size, false);
  }
  bool StartObject() { return Enter() && document_.StartObject(); }
  bool Key(const char* text, rapidjson::SizeType size, bool) { return Count() && document_.Key(text, size, false); }
  bool EndObject(rapidjson::SizeType members) {
    --depth_;
    return document_.EndObject(members);
  }
  bool StartArray() { return Enter() && document_.StartArray(); }
  bool EndArray(rapidjson::SizeType elements) {
    --depth_;
    return document_.EndArray(elements);
  }
  // The reader asks for these too, but never calls them with numbers as strings.
  bool Int(int value) { return Count() && document_.Int(value); }
  bool Uint(unsigned value) { return Count() && document_.Uint(value); }
  bool Int64(std::int64_t value) { return Count() && document_.Int64(value); }
  bool Uint64(std::uint64_t value) { return Count() && document_.Uint64(value); }
  bool Double(double value) { return Count() && document_.Double(value); }

  Budget passed() const { return passed_; }

 private:
  bool Count() {
    if (++nodes_ <= limits_.max_nodes) return true;
    passed_ = Budget::kNodes;
    return false;
  }
  bool Enter() {
    if (++depth_ <= limits_.max_depth) return Count();
    passed_ = Budget::kDepth;
    return false;
  }

  rapidjson::Document& document_;
  const JsonLimits& limits_;
  std::size_t nodes_ = 0;
  int depth_ = 0;
  Budget passed_ = Budget::kNone;
};

// What Document::Populate calls to be filled.
struct Generator {
  rapidjson::InsituStringStream& stream;
  const JsonLimits& limits;
  rapidjson::ParseResult result;
  Budget passed = Budget::kNone;

  bool operator()(rapidjson::Document& document) {
    BoundedHandler handler(limits, document);
    rapidjson::Reader reader;
    result = reader.Parse<kParseFlags>(stream, handler);
    passed = handler.passed();
    return !result.IsError();
  }
};

// The four hexadecimal digits at `p` as a number, or -1.
int Hex4(const char* p, const char* end) {
  if (end - p < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = p[i];
    const char lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') {
      value = value * 16 + (c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + (lower - 'a' + 10);
    } else {
      return -1;
    }
  }
  return value;
}

// Whether a surrogate may be escaped in the text: written so that the compiler makes it a scan of many bytes a step,
// since logs are long, full of other escapes, and hardly ever have one of these.
bool MayHaveSurrogate(const char* p, const char* end) {
  constexpr std::ptrdiff_t kBlock = 4096;
  while (end - p > 2) {
    const std::ptrdiff_t size = std::min(kBlock, end - p - 2);
    unsigned char found = 0;
    for (std::ptrdiff_t i = 0; i < size; ++i) {
      found |= static_cast<unsigned char>((p[i] == '\\') & (p[i + 1] == 'u') & ((p[i + 2] | 0x20) == 'd'));
    }
    if (found != 0) return true;
    p += size;
  }
  return false;
}

// Whether there may be an escape of a surrogate. Without a branch, so that compilers turn it into vector code: a log
// has an escape at the end of each line, and looking at every one of them takes longer than parsing.
bool MayEscapeSurrogates(std::string_view text) {
  unsigned found = 0;
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    found |= static_cast<unsigned>(text[i] == '\\') & static_cast<unsigned>(text[i + 1] == 'u') &
             static_cast<unsigned>((text[i + 2] | 0x20) == 'd');
  }
  return found != 0;
}

// RapidJSON fails on a lone high surrogate escape and turns a lone low one into bytes that are not UTF-8. Both become
// \ufffd, which is as long. True when there was one.
bool ReplaceLoneSurrogates(char* p, char* end) {
  bool replaced = false;
  if (!MayHaveSurrogate(p, end)) return replaced;
  while ((p = static_cast<char*>(std::memchr(p, '\\', static_cast<std::size_t>(end - p)))) != nullptr) {
    if (end - p < 6 || p[1] != 'u' || (p[2] | 0x20) != 'd') {
      if (end - p < 2) break;
      p += 2;
      continue;
    }
    const int unit = Hex4(p + 2, end);
    const bool high = unit >= 0xD800 && unit <= 0xDBFF;
    const bool low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (high && end - p >= 12 && p[6] == '\\' && p[7] == 'u') {
      const int next = Hex4(p + 8, end);
      if (next >= 0xDC00 && next <= 0xDFFF) {
        p += 12;
        continue;
      }
    }
    if (high || low) {
      std::string_view("fffd").copy(p + 2, 4);
      replaced = true;
    }
    p += 6;
  }
  return replaced;
}

absl::Status Invalid(std::string_view why, std::size_t offset) {
  return absl::InvalidArgumentError(
      absl::StrCat("not JSON: ", absl::string_view(why.data(), why.size()), " (byte ", offset, ")"));
}

}  // namespace

// One allocation holds the text, the DOM of a usual reply, and the pool for what is larger.
struct JsonDocument::Storage {
  // RapidJSON's pool takes its first chunk from here: a Cloud Control reply needs some 700 bytes, a Service Catalog one
  // 1,300. glibc keeps freed blocks of up to 1,032 bytes at hand for each thread, and tidies up its others for a larger
  // one; so this object and the further chunks stay below.
  static constexpr std::size_t kFirstChunk = 832;
  static constexpr std::size_t kFurtherChunks = 992;

  explicit Storage(std::string json) : text(std::move(json)) {}

  std::string text;
  alignas(std::max_align_t) char first_chunk[kFirstChunk];
  rapidjson::MemoryPoolAllocator<> pool{first_chunk, kFirstChunk, kFurtherChunks};
  rapidjson::Document document{&pool};
};

JsonDocument::JsonDocument(std::unique_ptr<Storage> storage)
    : storage_(std::move(storage)), root_(&storage_->document) {
  static_assert(sizeof(Storage) <= 1032);
}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

absl::StatusOr<JsonDocument> JsonDocument::Parse(std::string text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("JSON of ", text.size(), " bytes, the limit is ", limits.max_bytes));
  }
  JsonDocument parsed(std::make_unique<Storage>(std::move(text)));
  Storage& storage = *parsed.storage_;
  char* begin = storage.text.data();
  char* const end = begin + storage.text.size();
  std::size_t mark = 0;
  if (storage.text.starts_with("\xEF\xBB\xBF")) mark = 3;
  begin += mark;
  parsed.repaired_ = MayEscapeSurrogates(storage.text) && ReplaceLoneSurrogates(begin, end);

  rapidjson::InsituStringStream stream(begin);
  Generator generator{.stream = stream, .limits = limits, .result = {}};
  storage.document.Populate(generator);
  switch (generator.passed) {
    case Budget::kDepth:
      return absl::ResourceExhaustedError(absl::StrCat("JSON nested deeper than ", limits.max_depth));
    case Budget::kNodes:
      return absl::ResourceExhaustedError(absl::StrCat("JSON of more than ", limits.max_nodes, " values"));
    case Budget::kNone:
      break;
  }
  if (generator.result.IsError()) {
    return Invalid(rapidjson::GetParseError_En(generator.result.Code()), mark + generator.result.Offset());
  }
  // RapidJSON takes a NUL for the end of the text.
  if (begin + stream.Tell() != end) return Invalid("a NUL byte behind the value", mark + stream.Tell());
  return parsed;
}

const JsonValue* FindMember(const JsonValue& object, std::string_view name) {
  if (!object.IsObject()) return nullptr;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  const auto alike = [&lower](char a, char b) { return lower(a) == lower(b); };
  const JsonValue* like = nullptr;
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) {
    if (member->name.GetStringLength() != name.size()) continue;
    const char* text = member->name.GetString();
    if (std::memcmp(text, name.data(), name.size()) == 0) return &member->value;
    if (like == nullptr && std::equal(name.begin(), name.end(), text, alike)) like = &member->value;
  }
  return like;
}

}  // namespace taskgateway::core
