// The one interface between the gateway and an upstream API.
//
// An adapter is pure: it builds requests, signs them and reads replies, and has no socket, thread, clock, randomness or
// state. One instance serves every source of its kind from every thread.
#pragma once

#include <cstddef>
#include <forward_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "adapters/core/http_message.h"
#include "adapters/core/secret.h"
#include "google/protobuf/struct.pb.h"
#include "taskgateway/v1/task.pb.h"

namespace taskgateway {

// What the gateway should do about a reply. It never reads a vendor's code or header itself.
enum class Signal {
  kNone,                 // nothing: the verdict is final
  kTransient,            // the same request may succeed a little later
  kThrottled,            // slow down this budget
  kCredentialsRejected,  // refresh the credentials once, then give up
  kClockSkew,            // sign with the server's time once, then give up
};

// What a reply means for the call.
struct Verdict {
  absl::Status status;
  Signal signal = Signal::kNone;
  std::optional<absl::Duration> retry_after = {};  // the server's own hint, when it gave one
  std::optional<absl::Time> server_time = {};      // of the Date header, with kClockSkew
};

// A decoded reply: `value` counts when the verdict's status is OK.
template <typename T>
struct Reply {
  Verdict verdict;
  T value{};
};

// One upstream operation, with the budget that the gateway gives it unless configured.
struct Operation {
  std::string_view name;        // such as `GetTask`
  double requests_per_second;   // default budget
  int burst;                    // default burst
  std::size_t max_reply_bytes;  // cap on the decoded body
};

// What is fixed about a kind of source.
struct Traits {
  std::string_view kind;  // folder, configuration word and metric label: `cloud_control`
  bool can_cancel = false;
  bool can_list = false;
  bool has_logs = false;
  bool has_latest_alias = false;
  absl::Duration min_poll_interval;  // least time between two reads of a running task
  // GetTask first. With can_cancel one is called CancelTask, with can_list one ListTasks, and with has_latest_alias
  // those that ResolveAlias names are among them.
  std::vector<Operation> operations;
};

// The task that a reply should be about.
struct TaskRef {
  std::string_view name;  // `sources/{source}/tasks/{task}`
  std::string_view host;  // the endpoint's host, ErrorInfo.domain of its errors
};

// A task to be filled, whose memory is that of a task which this thread let go of before. Moves without being copied;
// one that was moved from has no task.
class ReusedTask {
 public:
  // A task whose memory is not kept: nobody knows how much it will be.
  ReusedTask() : ReusedTask(std::numeric_limits<std::size_t>::max()) {}
  // `reply_bytes` is the size of the reply that it is filled from: the memory of a large one is not kept.
  explicit ReusedTask(std::size_t reply_bytes);

  v1::Task& operator*() const { return *task_; }
  v1::Task* operator->() const { return task_.get(); }

 private:
  struct GiveBack {
    bool keep;
    void operator()(v1::Task* task) const;
  };

  std::unique_ptr<v1::Task, GiveBack> task_;
};

// A whole log, with one copy of its bytes: the entries point into the reply that it came in.
struct TaskLog {
  struct Entry {
    std::string_view command;
    std::string_view stream;
    std::string_view content;
  };
  std::vector<Entry> entries;
  std::string reply;                       // its bytes stay where they are when it is moved: it is longer than 15
  std::forward_list<std::string> printed;  // the text of entries that were no text
};

// A task as an adapter decodes it: everything but name, source, read_time, etag and next_poll_delay, which are the
// gateway's, and `logs` and `raw`, which are beside it.
struct DecodedTask {
  ReusedTask task;
  TaskLog log = {};
  std::optional<google::protobuf::Struct> raw = {};  // when asked for
};

// One page of tasks, newest first; log contents are dropped while decoding.
struct TaskPage {
  std::vector<v1::Task> tasks;
  bool has_more = false;
};

// What to list.
struct ListQuery {
  std::string provisioned_product_id;
  int page_number = 1;  // from 1
  int page_size = 10;   // 1..100
};

// A step on the way from an alias to a task.
struct AliasLookup {
  std::string_view operation;  // its name in Traits::operations
  core::HttpRequest request;   // unsigned, without host
};

// What an alias resolves to after one step.
struct AliasStep {
  std::string task_id;    // set: this is the task
  bool try_next = false;  // else: ask ResolveAlias for the next step; neither: no task yet
};

// What a request is signed with.
struct SigningContext {
  absl::Time time;         // the upstream's time as far as known
  std::string_view nonce;  // unique per attempt
};

class TaskAdapter {
 public:
  virtual ~TaskAdapter() = default;

  virtual const Traits& traits() const = 0;

  // The unsigned request that reads `task_id`; its host is empty.
  virtual core::HttpRequest GetTask(std::string_view task_id) const = 0;
  // Reads its reply. `want_raw` also fills DecodedTask.raw.
  virtual Reply<DecodedTask> DecodeGetTask(core::HttpResponse response, const TaskRef& ref, bool want_raw) const = 0;

  // The unsigned request that cancels `task_id`. Only when traits().can_cancel.
  virtual core::HttpRequest CancelTask(std::string_view task_id) const;
  // Reads its reply.
  virtual Verdict DecodeCancelTask(core::HttpResponse response, const TaskRef& ref) const;

  // The unsigned request for one page. Only when traits().can_list.
  virtual core::HttpRequest ListTasks(const ListQuery& query) const;
  // Reads its reply.
  virtual Reply<TaskPage> DecodeListTasks(core::HttpResponse response, const ListQuery& query,
                                          const TaskRef& ref) const;

  // Step 0, 1, … that finds the latest task of `provisioned_product_id`; nothing when there is no such step. Only when
  // traits().has_latest_alias.
  virtual std::optional<AliasLookup> ResolveAlias(std::string_view provisioned_product_id, int step) const;
  // Reads its reply.
  virtual Reply<AliasStep> DecodeResolveAlias(core::HttpResponse response, int step, const TaskRef& ref) const;

  // Adds what the upstream authenticates the request by. `request` has its host by now.
  virtual void Sign(core::HttpRequest& request, const core::Credentials& credentials,
                    const SigningContext& context) const = 0;
};

}  // namespace taskgateway
