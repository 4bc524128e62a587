#include "tests/bench/table_reporter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace taskgateway::bench {
namespace {

std::string Time(double microseconds) {
  return microseconds < 1000 ? absl::StrFormat("%.2f us", microseconds)
                             : absl::StrFormat("%.2f ms", microseconds / 1000);
}

std::string GoalOf(double hold, double aim, const char* unit) {
  if (hold == 0) return "-";
  return absl::StrCat("<= ", hold, unit, aim > 0 ? absl::StrCat(" (aim ", aim, unit, ")") : "");
}

}  // namespace

bool TableReporter::ReportContext(const Context&) {
  GetOutputStream() << "| CPU time of | ours | bare | ours / bare, quartiles | goal | A/A | verdict |\n"
                    << "|---|---|---|---|---|---|---|\n";
  return true;
}

void TableReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    const auto counter = [&run](const char* name) {
      const auto found = run.counters.find(name);
      return found == run.counters.end() ? 0 : found->second.value;
    };
    const double bare = counter("bare");
    const bool ratio = bare > 0;
    const std::string range =
        ratio ? absl::StrFormat("**%.2f** [%.2f..%.2f]", counter("figure"), counter("q1"), counter("q3"))
              : absl::StrCat("[", Time(counter("q1")), "..", Time(counter("q3")), "]");
    GetOutputStream() << "| " << run.run_name.function_name << " | " << Time(counter("ours")) << " | "
                      << (ratio ? Time(bare) : "-") << " | " << range << " | "
                      << GoalOf(counter("hold"), counter("aim"), ratio ? "" : " us") << " | "
                      << absl::StrFormat("%.3f", counter("a_a")) << " | "
                      << (run.report_label.empty() ? "-" : run.report_label) << " |" << std::endl;
  }
}

}  // namespace taskgateway::bench
