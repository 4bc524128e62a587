#include "adapters/alibaba/task_error.h"

#include <cstddef>
#include <limits>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "adapters/core/trimmed.h"
#include "google/rpc/code.pb.h"

namespace taskgateway::alibaba {
namespace {

// Documents inside documents that are followed.
constexpr int kMaxDocuments = 3;

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

// How a row of the table is compared, without regard to letter case; its word is in lower case.
enum class Match { kPrefix, kContains };

struct Row {
  Match match;
  absl::string_view word;
  google::rpc::Code code;
};

// The contract's table for downstream errors. The first row that fits counts: words such as
// `InvalidRamUser.NoPermission` fit two.
constexpr Row kRows[] = {
    {Match::kContains, "nopermission", google::rpc::PERMISSION_DENIED},
    {Match::kContains, "notfound", google::rpc::NOT_FOUND},
    {Match::kContains, "throttling", google::rpc::RESOURCE_EXHAUSTED},
    {Match::kPrefix, "quota", google::rpc::RESOURCE_EXHAUSTED},
    {Match::kContains, ".quota", google::rpc::RESOURCE_EXHAUSTED},
    {Match::kContains, "quotaexceed", google::rpc::RESOURCE_EXHAUSTED},
    {Match::kContains, "incorrectstatus", google::rpc::FAILED_PRECONDITION},
    {Match::kContains, "operationconflict", google::rpc::FAILED_PRECONDITION},
    {Match::kPrefix, "internalerror", google::rpc::INTERNAL},
    {Match::kPrefix, "internalfailure", google::rpc::INTERNAL},
    {Match::kPrefix, "serviceunavailable", google::rpc::UNAVAILABLE},
    {Match::kPrefix, "invalid", google::rpc::INVALID_ARGUMENT},
    {Match::kPrefix, "missing", google::rpc::INVALID_ARGUMENT},
};

// Longer words take memory.
constexpr std::size_t kUsualWordBytes = 64;

// An error is told in full, whatever its shape; the document's own budget bounds it.
constexpr std::size_t kWhole = std::numeric_limits<std::size_t>::max() - 1;

bool Fits(const Row& row, absl::string_view word) {
  return row.match == Match::kPrefix ? absl::StartsWith(word, row.word) : absl::StrContains(word, row.word);
}

// The first member that there is.
const core::JsonValue* FirstOf(const core::JsonValue& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const core::JsonValue* value = core::FindMember(object, name);
    if (value != nullptr && !value->IsNull()) return value;
  }
  return nullptr;
}

// Follows the documents inside each other. What lies deeper is nearer to the root and overwrites.
class Digger {
 public:
  explicit Digger(v1::TaskError* error) : error_(error) {}

  // Reads a buried document, and as many more below it.
  void FollowDocument(const core::JsonValue& value, int documents_left) {
    if (value.IsString()) {
      FollowText({value.GetString(), value.GetStringLength()}, documents_left);
      return;
    }
    if (!value.IsObject()) return;
    Take(FirstOf(value, {"errorCode", "Code"}), &v1::TaskError::mutable_root_code);
    Take(FirstOf(value, {"requestId"}), &v1::TaskError::mutable_root_request_id);
    const core::JsonValue* message = FirstOf(value, {"errorMsg", "Message"});
    if (message == nullptr) return;
    Take(message, &v1::TaskError::mutable_root_message);
    if (message->IsString()) {
      FollowText({message->GetString(), message->GetStringLength()}, documents_left);
    } else if (documents_left > 0) {
      FollowDocument(*message, documents_left - 1);
    }
  }

  bool repaired() const { return repaired_; }

 private:
  void FollowText(std::string_view text, int documents_left) {
    const std::string_view trimmed = core::Trimmed(text);
    if (documents_left == 0 || trimmed.empty() || (trimmed.front() != '{' && trimmed.front() != '"')) return;
    const absl::StatusOr<core::JsonDocument> document =
        core::JsonDocument::Parse(std::string(trimmed), {.max_bytes = trimmed.size()});
    if (!document.ok()) return;  // broken JSON is text like any other
    repaired_ |= document->repaired();
    FollowDocument(document->root(), documents_left - 1);
  }

  void Take(const core::JsonValue* value, std::string* (v1::TaskError::*field)()) {
    if (value == nullptr) return;
    const std::string_view text = core::Trimmed(core::TextOf(*value, &printed_, kWhole));
    if (!text.empty()) (error_->*field)()->assign(text);
  }

  v1::TaskError* const error_;
  std::string printed_;
  bool repaired_ = false;
};

}  // namespace

int CodeOfWord(std::string_view word) {
  word = core::Trimmed(word);
  if (word.empty()) return google::rpc::UNKNOWN;
  absl::InlinedVector<char, kUsualWordBytes> lower(word.begin(), word.end());
  for (char& c : lower) c = absl::ascii_tolower(c);
  for (const Row& row : kRows) {
    if (Fits(row, absl::string_view(lower.data(), lower.size()))) return row.code;
  }
  return google::rpc::UNKNOWN;
}

bool DecodeTaskError(std::string_view code, const core::JsonValue* message, v1::TaskError* error) {
  if (!code.empty()) error->mutable_source_code()->assign(code);
  Digger digger(error);
  if (message != nullptr && !message->IsNull()) {
    std::string printed;
    error->mutable_message()->assign(core::TextOf(*message, &printed, kWhole));
    // A message that is an object is itself the first document; one that is a string only holds it.
    digger.FollowDocument(*message, message->IsString() ? kMaxDocuments : kMaxDocuments - 1);
  }
  error->set_code(CodeOfWord(error->root_code().empty() ? code : error->root_code()));
  error->set_partial(absl::EqualsIgnoreCase(ToAbsl(core::Trimmed(code)), "OperationFailure.PartialOperationFailed"));
  error->set_retryable(error->code() == google::rpc::RESOURCE_EXHAUSTED || error->code() == google::rpc::UNAVAILABLE);
  return digger.repaired();
}

}  // namespace taskgateway::alibaba
