#include "adapters/core/json_reader.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/core/json_number.h"
#include "adapters/core/json_text.h"
#include "adapters/core/utf8.h"
#include "rapidjson/error/en.h"
#include "rapidjson/reader.h"

namespace taskgateway::core {
namespace {

// Full precision is left out on purpose: RapidJSON 1.1.0 writes out of bounds on some long numbers with it. Numbers
// arrive as text and are converted in json_number.cc.
constexpr unsigned kParseFlags =
    rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;

// What the builder's stack begins with.
constexpr std::size_t kStackBytes = 2048;

// Which budget a document passed.
enum class Budget { kNone, kDepth, kNodes };

// Stands between the reader and the DOM, and stops the reader when a budget is passed.
class BoundedHandler {
 public:
  using Ch = char;

  BoundedHandler(const JsonLimits& limits, JsonBuilder& document) : document_(document), limits_(limits) {}

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

  JsonBuilder& document_;
  const JsonLimits& limits_;
  std::size_t nodes_ = 0;
  int depth_ = 0;
  Budget passed_ = Budget::kNone;
};

// What the document calls to be filled.
struct Generator {
  TextStream& stream;
  const JsonLimits& limits;
  rapidjson::MemoryPoolAllocator<>& scratch;
  rapidjson::ParseResult result = {};
  Budget passed = Budget::kNone;

  bool operator()(JsonBuilder& document) {
    BoundedHandler handler(limits, document);
    rapidjson::GenericReader<Text, Text, rapidjson::MemoryPoolAllocator<>> reader(&scratch);
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

// What may have to be repaired in a text.
struct Suspicion {
  bool bytes = false;       // some byte is not ASCII
  bool surrogates = false;  // a surrogate may be escaped
};

// Looks at each byte, without a branch: logs are long, nearly all ASCII, full of other escapes, and hardly ever have
// one of these.
Suspicion Suspect(std::string_view text) {
  unsigned char bytes = 0;
  unsigned char surrogates = 0;
  const char* p = text.data();
#if defined(__SSE2__)
  constexpr std::size_t kStep = 16;
  constexpr std::size_t kSeen = kStep + 2;  // three loads, each a byte behind the other
  if (text.size() >= kSeen) {
    __m128i all = _mm_setzero_si128();
    __m128i found = _mm_setzero_si128();
    const auto look = [&](const char* at) {
      const auto load = [at](int offset) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + offset)); };
      const __m128i first = load(0);
      const __m128i third = load(2);
      all = _mm_or_si128(all, _mm_or_si128(first, third));
      const __m128i escapes =
          _mm_and_si128(_mm_cmpeq_epi8(first, _mm_set1_epi8('\\')), _mm_cmpeq_epi8(load(1), _mm_set1_epi8('u')));
      const __m128i d = _mm_cmpeq_epi8(_mm_or_si128(third, _mm_set1_epi8(0x20)), _mm_set1_epi8('d'));
      found = _mm_or_si128(found, _mm_and_si128(escapes, d));
    };
    for (std::size_t i = 0; i + kSeen <= text.size(); i += kStep) look(p + i);
    look(p + text.size() - kSeen);  // what is left, and some of it again
    return {.bytes = _mm_movemask_epi8(all) != 0, .surrogates = _mm_movemask_epi8(found) != 0};
  }
#endif
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    surrogates |= static_cast<unsigned char>((p[i] == '\\') & (p[i + 1] == 'u') & ((p[i + 2] | 0x20) == 'd'));
  }
  for (const char c : text) bytes |= static_cast<unsigned char>(c);
  return {.bytes = bytes >= 0x80, .surrogates = surrogates != 0};
}

// RapidJSON fails on a lone high surrogate escape and turns a lone low one into bytes that are not UTF-8. Both become
// \ufffd, which is as long. True when there was one.
bool ReplaceLoneSurrogates(char* p, char* end) {
  bool replaced = false;
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
  // one; so this object and the further chunks of small documents stay below.
  static constexpr std::size_t kFirstChunk = 832;
  static constexpr std::size_t kFurtherChunks = 992;
  static constexpr std::size_t kFurtherChunksOfLarge = std::size_t{64} << 10;

  explicit Storage(std::string json)
      : text(std::move(json)),
        pool(first_chunk, kFirstChunk, text.size() < kFurtherChunksOfLarge ? kFurtherChunks : kFurtherChunksOfLarge) {}

  std::string text;
  alignas(std::max_align_t) char first_chunk[kFirstChunk];
  rapidjson::MemoryPoolAllocator<> pool;
  JsonValue root;
};

JsonDocument::JsonDocument(std::unique_ptr<Storage> storage) : storage_(std::move(storage)), root_(&storage_->root) {
  static_assert(sizeof(Storage) <= 1032);
}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

std::string JsonDocument::TakeText() && {
  root_ = nullptr;
  return std::move(storage_->text);
}

absl::StatusOr<JsonDocument> JsonDocument::Parse(std::string text, const JsonLimits& limits) {
  const auto too_large = [&limits](std::size_t bytes) {
    return absl::ResourceExhaustedError(absl::StrCat("JSON of ", bytes, " bytes, the limit is ", limits.max_bytes));
  };
  if (text.size() > limits.max_bytes) return too_large(text.size());
  const Suspicion suspicion = Suspect(text);
  bool repaired = false;
  if (suspicion.bytes && !IsUtf8(text)) {
    std::string valid;
    CopyUtf8(text, &valid);
    if (valid.size() > limits.max_bytes) return too_large(valid.size());
    text = std::move(valid);
    repaired = true;
  }

  JsonDocument parsed(std::make_unique<Storage>(std::move(text)));
  Storage& storage = *parsed.storage_;
  char* begin = storage.text.data();
  char* const end = begin + storage.text.size();
  std::size_t mark = 0;
  if (storage.text.starts_with("\xEF\xBB\xBF")) mark = 3;
  begin += mark;
  if (suspicion.surrogates && ReplaceLoneSurrogates(begin, end)) repaired = true;
  parsed.repaired_ = repaired;

  // The stacks of reader and builder, which a usual document does not outgrow.
  alignas(std::max_align_t) char scratch_bytes[8192];
  rapidjson::MemoryPoolAllocator<> scratch(scratch_bytes, sizeof scratch_bytes);
  JsonBuilder builder(&storage.pool, kStackBytes, &scratch);
  TextStream stream(begin, end);
  Generator generator{.stream = stream, .limits = limits, .scratch = scratch};
  builder.Populate(generator);
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
  storage.root.Swap(builder);
  return parsed;
}

}  // namespace taskgateway::core
