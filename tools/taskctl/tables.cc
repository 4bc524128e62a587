#include "tools/taskctl/tables.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/taskctl/task_name.h"
#include "tools/taskctl/text.h"

namespace taskgateway::taskctl {
namespace {

using Row = std::vector<std::string>;

constexpr int kGap = 2;
// Less of an error than this says nothing: a narrower terminal wraps instead.
constexpr int kLeastErrorColumns = 20;

// The rows below their heading, each column as wide as its widest cell, the last one cut to what is left of `columns`
// (0: not). `paint` may colour a cell; it gets the padded cell's row (0 is the heading) and column.
template <typename Paint>
std::string Table(const std::vector<Row>& rows, int columns, Paint paint) {
  std::vector<int> widths(rows.front().size());
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  int before_last = 0;
  for (size_t i = 0; i + 1 < widths.size(); ++i) before_last += widths[i] + kGap;
  const int last = columns > 0 ? std::max(columns - before_last, kLeastErrorColumns) : 0;

  std::string text;
  for (size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (size_t i = 0; i < rows[r].size(); ++i) {
      const bool is_last = i + 1 == rows[r].size();
      const std::string cell = is_last ? Cut(rows[r][i], last) : rows[r][i];
      const int padding = is_last ? 0 : widths[i] - DisplayWidth(cell) + kGap;
      absl::StrAppend(&line, paint(cell, r, i), std::string(padding, ' '));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

// `-` keeps a column of possibly missing values countable for awk and the eye.
std::string OrDash(const std::string& text) { return text.empty() ? "-" : text; }

// The product is left to the card: with it, the column takes the room of ERROR.
std::string TargetCell(const v1::TaskTarget& target) {
  Row parts;
  for (const std::string* part : {&target.resource_type(), &target.resource_id()}) {
    if (!part->empty()) parts.push_back(VisibleLine(*part));
  }
  return OrDash(absl::StrJoin(parts, "/"));
}

std::string AgeCell(const v1::Task& task, absl::Time now) {
  if (!task.has_create_time()) return "-";
  return Age(now - absl::FromUnixSeconds(task.create_time().seconds()));
}

constexpr size_t kStateColumn = 1;

Row TaskRow(const std::string& name, const v1::Task& task, std::string note, absl::Time now) {
  return {VisibleLine(ShortTaskName(name)),
          StateWord(task.state(), Surface()),
          v1::Task::Action_IsValid(task.action()) ? v1::Task::Action_Name(task.action()) : "OTHER",
          TargetCell(task.target()),
          AgeCell(task, now),
          std::move(note)};
}

std::string BudgetCell(const v1::Source& source) {
  Row budgets;
  for (const v1::SourceBudget& budget : source.budgets()) {
    std::string text =
        absl::StrCat(VisibleLine(budget.operation()), " ", budget.requests_per_second(), "/s burst ", budget.burst());
    if (budget.task_capacity() > 0) absl::StrAppend(&text, " (", budget.task_capacity(), " running tasks)");
    budgets.push_back(std::move(text));
  }
  return OrDash(absl::StrJoin(budgets, ", "));
}

std::string CapabilityCell(const v1::SourceCapabilities& capabilities) {
  Row words = {"get"};
  if (capabilities.cancel()) words.push_back("cancel");
  if (capabilities.list()) words.push_back("list");
  if (capabilities.logs()) words.push_back("logs");
  if (capabilities.latest_alias()) words.push_back("latest");
  return absl::StrJoin(words, ",");
}

}  // namespace

std::string RootCause(const v1::Task& task) {
  const v1::TaskError& error = task.error();
  const bool buried = !error.root_code().empty() || !error.root_message().empty();
  const std::string code = VisibleLine(buried ? error.root_code() : error.source_code());
  const std::string message = VisibleLine(buried ? error.root_message() : error.message());
  return code.empty() || message.empty() ? code + message : absl::StrCat(code, ": ", message);
}

std::string TaskTable(const google::protobuf::RepeatedPtrField<v1::Task>& tasks, absl::Time now,
                      const Surface& surface) {
  if (tasks.empty()) return "";
  std::vector<Row> rows = {{"NAME", "STATE", "ACTION", "TARGET", "AGE", "ERROR"}};
  for (const v1::Task& task : tasks) rows.push_back(TaskRow(task.name(), task, RootCause(task), now));
  return Table(rows, surface.columns, [&](const std::string& cell, size_t row, size_t column) {
    if (row == 0) return Bold(cell, surface);
    return column == kStateColumn ? StateWord(tasks[static_cast<int>(row) - 1].state(), surface) : cell;
  });
}

std::string WatchTable(const std::vector<WatchRow>& watched, absl::Time now, const Surface& surface) {
  std::vector<Row> rows = {{"NAME", "STATE", "ACTION", "TARGET", "AGE", "NOTE"}};
  for (const WatchRow& row : watched) {
    const std::string note = row.trouble.empty() ? RootCause(row.task) : VisibleLine(row.trouble);
    rows.push_back(row.task.name().empty() ? Row{VisibleLine(ShortTaskName(row.name)), "-", "-", "-", "-", note}
                                           : TaskRow(row.name, row.task, note, now));
  }
  return Table(rows, surface.columns, [&](const std::string& cell, size_t row, size_t column) {
    if (row == 0) return Bold(cell, surface);
    if (column != kStateColumn || watched[row - 1].task.name().empty()) return cell;
    return StateWord(watched[row - 1].task.state(), surface);
  });
}

std::string SourceTable(const google::protobuf::RepeatedPtrField<v1::Source>& sources) {
  if (sources.empty()) return "";
  std::vector<Row> rows = {{"NAME", "KIND", "ACCOUNT", "ENDPOINT", "CAN", "BUDGETS"}};
  for (const v1::Source& source : sources) {
    rows.push_back({VisibleLine(source.name()), OrDash(VisibleLine(source.kind())),
                    OrDash(VisibleLine(source.account())), OrDash(VisibleLine(source.endpoint())),
                    CapabilityCell(source.capabilities()), BudgetCell(source)});
  }
  return Table(rows, 0, [](const std::string& cell, size_t, size_t) { return cell; });
}

}  // namespace taskgateway::taskctl
