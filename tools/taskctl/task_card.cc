#include "tools/taskctl/task_card.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "adapters/core/proto_time.h"
#include "google/rpc/code.pb.h"
#include "tools/taskctl/text.h"

namespace taskgateway::taskctl {
namespace {

// Wide enough for the longest label, `Root cause`, and a gap.
constexpr int kLabelColumns = 13;

// Writes the card's lines.
class Card {
 public:
  explicit Card(const Surface& surface) : surface_(surface) {}

  // `label  value`, further lines of the value below its first; no line for an empty value. `value` is visible text.
  void Line(std::string_view label, std::string_view value) {
    if (value.empty()) return;
    const std::string gap(kLabelColumns - label.size(), ' ');
    absl::StrAppend(&text_, Bold(label, surface_), gap, IndentRest(value, kLabelColumns), "\n");
  }

  void Heading(std::string_view heading) { absl::StrAppend(&text_, "\n", Bold(heading, surface_), "\n"); }

  // An indented line below a heading.
  void Item(std::string_view text) { absl::StrAppend(&text_, "  ", IndentRest(text, 2), "\n"); }

  void Raw(std::string_view text) { absl::StrAppend(&text_, std::string(text)); }

  std::string Take() { return std::move(text_); }

 private:
  const Surface surface_;
  std::string text_;
};

std::string Joined(std::vector<std::string> parts, const char* separator) {
  std::vector<std::string> filled;
  for (std::string& part : parts) {
    if (!part.empty()) filled.push_back(std::move(part));
  }
  return absl::StrJoin(filled, separator);
}

std::string CodeName(int code) {
  return google::rpc::Code_IsValid(code) ? google::rpc::Code_Name(static_cast<google::rpc::Code>(code))
                                         : absl::StrCat("code ", code);
}

void AddError(const v1::TaskError& error, Card& card) {
  const std::string root_cause = Joined({Visible(error.root_code()), Visible(error.root_message())}, ": ");
  const std::string outer_error = Joined({Visible(error.source_code()), Visible(error.message())}, ": ");
  std::vector<std::string> notes = {CodeName(error.code())};
  if (error.partial()) notes.push_back("part of the work was done and stays done");
  if (error.retryable()) notes.push_back("starting the same work again may succeed");
  if (!error.root_request_id().empty()) notes.push_back(absl::StrCat("request ", VisibleLine(error.root_request_id())));
  card.Line("Root cause", root_cause);
  card.Line("Error", Joined({outer_error, absl::StrJoin(notes, "; ")}, "\n"));
}

// The word of ours and, where it says something else, the upstream's.
std::string WithSourceWord(std::string_view word, std::string_view source_word) {
  if (source_word.empty()) return std::string(word);
  return absl::StrCat(std::string(word), " (upstream: ", VisibleLine(source_word), ")");
}

std::string TimeText(const google::protobuf::Timestamp& time, absl::Time now) {
  return absl::StrCat(UtcTime(core::TimeOf(time)), " (", RelativeTo(core::TimeOf(time), now), ")");
}

void AddFacts(const v1::Task& task, absl::Time now, const Surface& surface, Card& card) {
  card.Line("Task", VisibleLine(task.name()));
  card.Line("State", WithSourceWord(StateWord(task.state(), surface), task.source_status()));
  card.Line("Action",
            WithSourceWord(v1::Task::Action_IsValid(task.action()) ? v1::Task::Action_Name(task.action()) : "OTHER",
                           task.source_action()));
  const v1::TaskTarget& target = task.target();
  card.Line("Target", Joined({VisibleLine(target.product()), VisibleLine(target.resource_type()),
                              VisibleLine(target.resource_id())},
                             " "));
  card.Line("Path", Visible(target.resource_path()));
  card.Line("Region", VisibleLine(target.region_id()));
  if (task.has_create_time()) card.Line("Created", TimeText(task.create_time(), now));
  if (task.has_update_time()) card.Line("Updated", TimeText(task.update_time(), now));
  if (task.has_read_time()) card.Line("Read", TimeText(task.read_time(), now));
  card.Line("Request", VisibleLine(task.source_request_id()));
  card.Line("Etag", VisibleLine(task.etag()));
}

// The ids first: they are what other commands take.
std::string IdAndName(std::string_view id, std::string_view name) {
  return Joined({VisibleLine(id), VisibleLine(name)}, "  ");
}

void AddServiceCatalog(const v1::ServiceCatalogDetails& details, Card& card) {
  card.Line("Provisioned", IdAndName(details.provisioned_product_id(), details.provisioned_product_name()));
  card.Line("Product", IdAndName(details.product_id(), details.product_name()));
  card.Line("Version", IdAndName(details.product_version_id(), details.product_version_name()));
  card.Line("Portfolio", VisibleLine(details.portfolio_id()));
}

// `key = value`, and what was done to the value.
template <typename Entry>
std::string KeyValue(const Entry& entry) {
  std::string text = absl::StrCat(VisibleLine(entry.key()), " = ");
  absl::StrAppend(&text, entry.redacted() ? "(withheld from this caller)" : Visible(entry.value()));
  if (entry.truncated()) text += " (cut)";
  return text;
}

void AddValues(const v1::Task& task, Card& card) {
  if (task.outputs_size() > 0) card.Heading("Outputs");
  for (const auto& output : task.outputs())
    card.Item(Joined({KeyValue(output), VisibleLine(output.description())}, "  # "));
  if (task.parameters_size() > 0) card.Heading("Parameters");
  for (const auto& parameter : task.parameters()) card.Item(KeyValue(parameter));
  if (task.tags_size() > 0) card.Heading("Tags");
  for (const auto& tag : task.tags()) card.Item(absl::StrCat(VisibleLine(tag.key()), " = ", VisibleLine(tag.value())));
}

void AddWarnings(const v1::Task& task, Card& card) {
  if (task.warnings_size() > 0) card.Heading("Warnings");
  for (const v1::TaskWarning& warning : task.warnings()) {
    const std::string kind = v1::TaskWarning::Kind_IsValid(warning.kind()) ? v1::TaskWarning::Kind_Name(warning.kind())
                                                                           : absl::StrCat(warning.kind());
    card.Item(Joined({kind, VisibleLine(warning.field()), VisibleLine(warning.message())}, ": "));
    if (!warning.has_error()) continue;
    const v1::TaskError& error = warning.error();
    card.Item(absl::StrCat("  ", Joined({Visible(error.root_code()), Visible(error.root_message())}, ": ")));
    card.Item(absl::StrCat("  ", Joined({Visible(error.source_code()), Visible(error.message())}, ": ")));
  }
}

void AddLogs(const v1::Task& task, Card& card) {
  if (task.has_log_summary()) {
    const std::string size =
        absl::StrCat(task.log_summary().entry_count(), " entries, ", task.log_summary().content_bytes(), " bytes");
    card.Heading(task.logs_size() > 0 ? absl::StrCat("Logs: ", size)
                                      : absl::StrCat("Logs: ", size, " (--view full shows them)"));
  }
  for (const v1::TaskLogEntry& entry : task.logs()) {
    card.Raw(absl::StrCat("--- ", entry.index(), " ", VisibleLine(entry.command()), " ", VisibleLine(entry.stream())));
    card.Raw(entry.truncated() ? absl::StrCat(", from byte ", entry.offset(), "\n") : "\n");
    std::string content = Visible(WithoutColours(entry.content()));
    if (!content.empty() && content.back() != '\n') content += '\n';
    card.Raw(content);
  }
}

}  // namespace

std::string TaskCard(const v1::Task& task, absl::Time now, const Surface& surface) {
  Card card(surface);
  if (task.has_error()) AddError(task.error(), card);
  AddFacts(task, now, surface, card);
  if (task.has_service_catalog()) AddServiceCatalog(task.service_catalog(), card);
  AddValues(task, card);
  AddWarnings(task, card);
  AddLogs(task, card);
  return card.Take();
}

}  // namespace taskgateway::taskctl
