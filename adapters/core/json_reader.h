// Bounded reading of JSON from the outside world.
//
//   absl::StatusOr<JsonDocument> document = JsonDocument::Parse(std::move(response.body), {.max_bytes = 16 << 20});
//   FieldReader task(document->root(), "task", warnings);
//   std::string id = task.String("taskId");
//
// Parsing is in situ, iterative and within budgets: no input can recurse, or grow memory beyond a multiple of
// `max_bytes`.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/core/utf8.h"
#include "google/protobuf/struct.pb.h"
#include "rapidjson/document.h"
#include "taskgateway/v1/task.pb.h"

namespace taskgateway::core {

// RapidJSON's value with the pool allocator.
using JsonValue = rapidjson::Value;

// What a document may cost at most.
struct JsonLimits {
  // Bytes of text.
  std::size_t max_bytes = std::size_t{16} << 20;
  // Arrays and objects inside each other. A google.protobuf.Struct in our messages cannot nest deeper for clients.
  int max_depth = 24;
  // Values, keys included.
  std::size_t max_nodes = 1'000'000;
};

// A parsed document that owns the text its strings point into.
//
// Numbers: an integer within +-2^53 is Int64; another number that a double holds exactly as printed (at most 15
// significant digits, not subnormal; also -0) is Double; any other is a String with its text. A number beyond the range
// of a double (1e309) is refused, as RFC 8259 section 6 allows.
class JsonDocument {
 public:
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  // Parses `text`, which may start with a byte order mark. Lone surrogate escapes become \uFFFD and set `repaired`.
  //
  // Errors: INVALID_ARGUMENT for text that is not one JSON value (its message gives reason and offset, never text),
  // RESOURCE_EXHAUSTED when a budget is exceeded.
  static absl::StatusOr<JsonDocument> Parse(std::string text, const JsonLimits& limits = {});

  const JsonValue& root() const { return *root_; }
  // Lone surrogates were replaced.
  bool repaired() const { return repaired_; }

 private:
  struct Storage;
  explicit JsonDocument(std::unique_ptr<Storage> storage);

  std::unique_ptr<Storage> storage_;  // its address stays when the document is moved
  const JsonValue* root_;
  bool repaired_ = false;
};

// The value of a member whose name equals `name`, else of the first whose name equals it without regard to ASCII letter
// case; null pointer when there is none or `object` is not an object.
const JsonValue* FindMember(const JsonValue& object, std::string_view name);

// What the JSON text of a value that should have been text may take.
inline constexpr std::size_t kMaxPrintedBytes = 4096;

// The text of a string value; of any other value its JSON text, cut at `max_printed` bytes. Bytes that are not UTF-8
// become U+FFFD, which sets `*repaired`.
std::string TextOf(const JsonValue& value, bool* repaired, std::size_t max_printed = kMaxPrintedBytes);

// Reads the documented fields of one object and notes what is odd about them as warnings of the task; text that had to
// be repaired leaves a TEXT_REPAIRED warning.
class FieldReader {
 public:
  // `value` may be null (the object is missing) or of another type: then every field is missing and one FIELD_MALFORMED
  // warning names `path`. `path` is the prefix of field names in warnings, such as `task`; empty for the root. `task`
  // outlives the reader.
  FieldReader(const JsonValue* value, std::string path, v1::Task* task);

  // The text of a field that every reply should have. Missing, null or not a string: a FIELD_MALFORMED warning; a
  // number or a boolean still gives its text.
  std::string Required(std::string_view name);
  // The same for a field that may be missing, null or empty: no warning for that.
  std::string Optional(std::string_view name);
  // The member itself or a null pointer.
  const JsonValue* Find(std::string_view name) const;
  // The member if it is an array; a null pointer when it is missing or null; any other type also leaves a warning.
  const JsonValue* Array(std::string_view name);
  // `path.name`.
  std::string PathOf(std::string_view name) const;
  // Adds a FIELD_MALFORMED warning about `path.name`.
  void Malformed(std::string_view name, std::string_view why);

 private:
  const JsonValue* object_;
  std::string path_;
  v1::Task* task_;
};

// Adds a warning to `task`, at most 32 in all; equal ones once.
void AddWarning(v1::Task* task, v1::TaskWarning::Kind kind, std::string_view field, std::string_view message);

// The object as google.protobuf.Struct. Strings are repaired to UTF-8, which sets `*repaired`.
void ToStruct(const JsonValue& object, google::protobuf::Struct* out, bool* repaired);

}  // namespace taskgateway::core
