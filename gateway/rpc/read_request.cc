#include "gateway/rpc/read_request.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/core/proto_time.h"
#include "adapters/core/status_catalogue.h"

namespace taskgateway::rpc {
namespace {

constexpr int kMaxBatch = 100;

absl::StatusOr<absl::Duration> StalenessOf(bool has, const google::protobuf::Duration& max_staleness) {
  if (!has) return tasks::kDefaultStaleness;
  const std::optional<absl::Duration> parsed = ToDuration(max_staleness);
  if (!parsed) return core::InvalidField("max_staleness", "must be 0 or more; leave it out for 1 s");
  return *parsed;
}

absl::StatusOr<tasks::ReadRequest> ReadOf(std::string_view name, std::string_view field,
                                          const tasks::Sources& sources) {
  absl::StatusOr<tasks::FollowTarget> target = ToTarget(name, field, sources);
  if (!target.ok()) return std::move(target).status();
  tasks::ReadRequest read;
  read.source = target->source;
  read.task_id = std::move(target->task_id);
  read.provisioned_product_id = std::move(target->provisioned_product_id);
  return read;
}

}  // namespace

absl::StatusOr<tasks::FollowTarget> ToTarget(std::string_view name, std::string_view field,
                                             const tasks::Sources& sources) {
  absl::StatusOr<TaskName> parsed = ParseTaskName(name, field);
  if (!parsed.ok()) return std::move(parsed).status();
  tasks::FollowTarget target;
  if (!parsed->any_source()) {
    absl::StatusOr<tasks::Source*> source = FindSource(parsed->source, sources);
    if (!source.ok()) return std::move(source).status();
    target.source = *source;
  }
  if (parsed->alias() && !target.source->adapter().traits().has_latest_alias) {
    return core::InvalidField(
        field,
        "names a source without provisioned products: use sources/{source}/tasks/{task} there (see ListSources)");
  }
  target.task_id = std::move(parsed->task);
  target.provisioned_product_id = std::move(parsed->provisioned_product_id);
  return target;
}

absl::StatusOr<tasks::Source*> FindSource(std::string_view name, const tasks::Sources& sources) {
  tasks::Source* source = sources.Find(name);
  if (source == nullptr) return core::SourceNotFound(name);
  return source;
}

absl::Status SetCreatedAfter(const google::protobuf::Timestamp& created_after, std::string_view field,
                             tasks::FollowTarget* target) {
  // What google.protobuf.Timestamp allows: the years 1 to 9999.
  constexpr std::int64_t kFirst = -62'135'596'800;
  constexpr std::int64_t kLast = 253'402'300'799;
  if (created_after.seconds() < kFirst || created_after.seconds() > kLast || created_after.nanos() < 0 ||
      created_after.nanos() > 999'999'999) {
    return core::InvalidField(field, "must be a time of the years 1 to 9999");
  }
  target->created_after = core::TimeOf(created_after);
  return absl::OkStatus();
}

absl::Status CheckView(v1::TaskView view, v1::TaskView most) {
  if (!v1::TaskView_IsValid(view))
    return core::InvalidField("view", "must be TASK_VIEW_BASIC, TASK_VIEW_FULL or TASK_VIEW_RAW");
  if (view > most)
    return core::InvalidField("view", "must not be TASK_VIEW_RAW here: only GetTask answers with the upstream's JSON");
  return absl::OkStatus();
}

std::optional<absl::Duration> ToDuration(const google::protobuf::Duration& duration) {
  if (duration.seconds() < 0 || duration.nanos() < 0 || duration.nanos() > 999'999'999) return std::nullopt;
  return core::DurationOf(duration);
}

absl::Duration DeadlineOf(std::chrono::system_clock::time_point deadline, const base::Clock& clock) {
  if (deadline == std::chrono::system_clock::time_point::max()) return absl::InfiniteDuration();
  return clock.Uptime() + (absl::FromChrono(deadline) - clock.Now());
}

absl::StatusOr<tasks::ReadRequest> ToRead(const v1::GetTaskRequest& request, const tasks::Sources& sources) {
  if (absl::Status checked = CheckView(request.view(), v1::TASK_VIEW_RAW); !checked.ok()) return checked;
  const absl::StatusOr<absl::Duration> staleness = StalenessOf(request.has_max_staleness(), request.max_staleness());
  if (!staleness.ok()) return staleness.status();
  absl::StatusOr<tasks::ReadRequest> read = ReadOf(request.name(), "name", sources);
  if (!read.ok()) return read;
  read->max_staleness = *staleness;
  read->raw = request.view() == v1::TASK_VIEW_RAW;
  return read;
}

absl::StatusOr<std::vector<absl::StatusOr<tasks::ReadRequest>>> ToReads(const v1::BatchGetTasksRequest& request,
                                                                        const tasks::Sources& sources) {
  if (absl::Status checked = CheckView(request.view(), v1::TASK_VIEW_FULL); !checked.ok()) return checked;
  const absl::StatusOr<absl::Duration> staleness = StalenessOf(request.has_max_staleness(), request.max_staleness());
  if (!staleness.ok()) return staleness.status();
  if (request.names_size() < 1 || request.names_size() > kMaxBatch) {
    return core::InvalidField("names", absl::StrCat("must have 1 to ", kMaxBatch, " names; split the batch"));
  }
  std::vector<absl::StatusOr<tasks::ReadRequest>> reads;
  reads.reserve(static_cast<std::size_t>(request.names_size()));
  for (int i = 0; i < request.names_size(); ++i) {
    absl::StatusOr<tasks::ReadRequest> read = ReadOf(request.names(i), absl::StrCat("names[", i, "]"), sources);
    if (absl::IsInvalidArgument(read.status())) return std::move(read).status();
    if (read.ok()) read->max_staleness = *staleness;
    reads.push_back(std::move(read));
  }
  return reads;
}

void Read::Start(Tasks& tasks, tasks::ReadRequest request, tasks::TaskReader::Done done) {
  if (request.source == nullptr) {
    find_ = tasks.finder.Find(std::move(request), std::move(done));
    return;
  }
  if (request.provisioned_product_id.empty()) {
    read_ = tasks.reader.Read(std::move(request), std::move(done));
    return;
  }
  tasks::AliasRequest alias{.source = request.source,
                            .provisioned_product_id = request.provisioned_product_id,
                            .fresh = request.max_staleness <= absl::ZeroDuration(),
                            .deadline = request.deadline,
                            .parent_span = request.parent_span};
  resolve_ = tasks.aliases.Resolve(std::move(alias), [this, &tasks, request = std::move(request),
                                                      done = std::move(done)](absl::StatusOr<std::string> task_id) {
    if (!task_id.ok()) return done(task_id.status());
    tasks::ReadRequest resolved = request;
    resolved.task_id = *std::move(task_id);
    read_ = tasks.reader.Read(std::move(resolved), done);
  });
}

void Read::Leave(Tasks& tasks) {
  if (find_ != 0) tasks.finder.Leave(find_);
  if (resolve_ != 0) tasks.aliases.Leave(resolve_);
  if (read_ != 0) tasks.reader.Leave(read_);
}

}  // namespace taskgateway::rpc
