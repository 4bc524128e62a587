#include "adapters/alibaba/task_error.h"

#include <limits>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "google/rpc/code.pb.h"

namespace taskgateway::alibaba {
namespace {

// Documents inside documents that are followed.
constexpr int kMaxDocuments = 3;

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

// How a row of the table is compared, without regard to letter case: its word is in lower case, and so is the one that
// it is compared with.
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

// An error is told in full, whatever its shape; the document's own budget bounds it.
constexpr std::size_t kWhole = std::numeric_limits<std::size_t>::max() - 1;

bool Fits(const Row& row, absl::string_view word) {
  return row.match == Match::kPrefix ? absl::StartsWith(word, row.word) : absl::StrContains(word, row.word);
}

std::string Trimmed(std::string text) {
  absl::StripAsciiWhitespace(&text);
  return text;
}

// Sets `*field` to the text of the first member that there is.
void Take(const core::JsonValue& object, std::initializer_list<std::string_view> names, std::string* field,
          bool* repaired) {
  for (const std::string_view name : names) {
    const core::JsonValue* value = core::FindMember(object, name);
    if (value == nullptr || value->IsNull()) continue;
    const std::string text = Trimmed(core::TextOf(*value, repaired, kWhole));
    if (!text.empty()) *field = text;
    return;
  }
}

void FollowText(std::string_view text, int documents_left, v1::TaskError* error, bool* repaired);

// Reads a buried document. What lies deeper is nearer to the root and overwrites.
void FollowDocument(const core::JsonValue& value, int documents_left, v1::TaskError* error, bool* repaired) {
  if (value.IsString()) {
    FollowText({value.GetString(), value.GetStringLength()}, documents_left, error, repaired);
    return;
  }
  if (!value.IsObject()) return;
  Take(value, {"errorCode", "Code"}, error->mutable_root_code(), repaired);
  Take(value, {"errorMsg", "Message"}, error->mutable_root_message(), repaired);
  Take(value, {"requestId"}, error->mutable_root_request_id(), repaired);
  for (const std::string_view name : {"errorMsg", "Message"}) {
    const core::JsonValue* deeper = core::FindMember(value, name);
    if (deeper == nullptr || deeper->IsNull()) continue;
    if (deeper->IsString()) {
      FollowText({deeper->GetString(), deeper->GetStringLength()}, documents_left, error, repaired);
    } else if (documents_left > 0) {
      FollowDocument(*deeper, documents_left - 1, error, repaired);
    }
    return;
  }
}

void FollowText(std::string_view text, int documents_left, v1::TaskError* error, bool* repaired) {
  const absl::string_view trimmed = absl::StripLeadingAsciiWhitespace(ToAbsl(text));
  if (documents_left == 0 || trimmed.empty() || (trimmed.front() != '{' && trimmed.front() != '"')) return;
  const absl::StatusOr<core::JsonDocument> document =
      core::JsonDocument::Parse(std::string(text), {.max_bytes = text.size()});
  if (!document.ok()) return;  // broken JSON is text like any other
  *repaired |= document->repaired();
  FollowDocument(document->root(), documents_left - 1, error, repaired);
}

}  // namespace

int CodeOfWord(std::string_view word) {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(ToAbsl(word)));
  for (const Row& row : kRows) {
    if (Fits(row, lower)) return row.code;
  }
  return google::rpc::UNKNOWN;
}

void DecodeTaskError(std::string_view code, const core::JsonValue* message, v1::TaskError* error, bool* repaired) {
  std::string source_code;
  if (core::CopyUtf8(code, &source_code)) *repaired = true;
  error->set_source_code(Trimmed(std::move(source_code)));
  if (message != nullptr && !message->IsNull()) {
    error->set_message(Trimmed(core::TextOf(*message, repaired, kWhole)));
    // A message that is an object is itself the first document; one that is a string only holds it.
    FollowDocument(*message, message->IsString() ? kMaxDocuments : kMaxDocuments - 1, error, repaired);
  }
  error->set_code(CodeOfWord(error->root_code().empty() ? error->source_code() : error->root_code()));
  error->set_partial(absl::EqualsIgnoreCase(error->source_code(), "OperationFailure.PartialOperationFailed"));
  error->set_retryable(error->code() == google::rpc::RESOURCE_EXHAUSTED || error->code() == google::rpc::UNAVAILABLE);
}

}  // namespace taskgateway::alibaba
