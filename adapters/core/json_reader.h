// Bounded reading of JSON from the outside world.
//
//   absl::StatusOr<JsonDocument> document = JsonDocument::Parse(std::move(response.body), {.max_bytes = 16 << 20});
//   FieldReader fields(&document->root(), "task", &task);
//   task.mutable_uid()->assign(fields.Required("taskId"));
//
// Parsing is in situ, iterative and within budgets: no input can recurse, or grow memory beyond a multiple of
// `max_bytes`. Text is made UTF-8 before it is parsed, so that nobody behind has to look at it again.
#pragma once

#include <cstddef>
#include <forward_list>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
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

// A parsed document that owns the text its strings point into. Every string in it is UTF-8.
//
// Numbers: an integer within +-2^53 is Int64; another number that a double holds exactly as printed (at most 15
// significant digits, not subnormal; also -0) is Double; any other is a String with its text. A number beyond the range
// of a double (1e309) is refused, as RFC 8259 section 6 allows.
class JsonDocument {
 public:
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  // Parses `text`, which may start with a byte order mark. U+FFFD takes the place of bytes that are not UTF-8 and of
  // lone surrogate escapes, and sets `repaired`.
  //
  // Errors: INVALID_ARGUMENT for text that is not one JSON value (its message gives reason and offset, never text),
  // RESOURCE_EXHAUSTED when a budget is exceeded, also by what was repaired.
  static absl::StatusOr<JsonDocument> Parse(std::string text, const JsonLimits& limits = {});

  const JsonValue& root() const { return *root_; }
  // Text was replaced by U+FFFD.
  bool repaired() const { return repaired_; }

  // The text, in which each string value stands unescaped at some place: views of string values stay valid as long as
  // the result does. Of the document only destruction and assignment are left.
  std::string TakeText() &&;

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

// The text of a string value, as a view into its document; of any other value its JSON text, cut at `max_printed` bytes
// and kept in `*printed`.
std::string_view TextOf(const JsonValue& value, std::string* printed, std::size_t max_printed = kMaxPrintedBytes);

// The text of a member without white space around it, cut like TextOf; empty when there is none or it is null.
std::string TextOfMember(const JsonValue& object, std::string_view name);

// Reads the documented fields of one object and notes what is odd about them as warnings of the task. Views that it
// gives are valid as long as both the reader and the document.
//
// Fields are found as FindMember does. It is quickest to ask for them in the order in which replies have them: each
// search begins behind the field that was found last. Of members with equal names any may be found.
class FieldReader {
 public:
  // `value` may be null (the object is missing) or of another type: then every field is missing and one FIELD_MALFORMED
  // warning names `path`. `path` is the prefix of field names in warnings, such as `task`; empty for the root. `task`
  // outlives the reader.
  FieldReader(const JsonValue* value, std::string path, v1::Task* task);

  // The text of a field that every reply should have. Missing, null or not a string: a FIELD_MALFORMED warning; a
  // number or a boolean still gives its text.
  std::string_view Required(std::string_view name);
  // The same for a field that may be missing, null or empty: no warning for that.
  std::string_view Optional(std::string_view name);
  // The member itself or a null pointer.
  const JsonValue* Find(std::string_view name);
  // The text of a member that Find gave, as Optional gives it.
  std::string_view Text(std::string_view name, const JsonValue* value);
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
  rapidjson::SizeType next_ = 0;            // the member behind the one that was found last
  std::forward_list<std::string> printed_;  // what views of values that were not text point into
};

// Adds a warning to `task`, at most 32 in all; equal ones once.
void AddWarning(v1::Task* task, v1::TaskWarning::Kind kind, std::string_view field, std::string_view message);

// Adds the TEXT_REPAIRED warning.
void WarnOfRepair(v1::Task* task);

// The object as google.protobuf.Struct; of equal keys the first counts.
void ToStruct(const JsonValue& object, google::protobuf::Struct* out);

}  // namespace taskgateway::core
