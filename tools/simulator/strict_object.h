// Strict reading of the JSON that people write for the simulator: scenarios and control requests.
//
//   absl::Status problem;
//   StrictObject step(value, "tasks[0].steps[1]", problem);
//   absl::Duration after = step.Duration("after");
//   step.Finish();
//   if (!problem.ok()) return problem;  // "tasks[0].steps[1].after: "2x" is not a duration; write it like 500ms, 2s or
//   1m30s"
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rapidjson/document.h"
#include "tools/simulator/json_text.h"

namespace taskgateway::simulator {

// Reads an object's members by name; each getter gives its fallback for a missing member and for a wrong one. The first
// thing that is wrong is kept in `problem` (INVALID_ARGUMENT) with the member's path and the remedy.
class StrictObject {
 public:
  // `value` and `problem` outlive the reader. `path` names the object in messages; empty for the root.
  StrictObject(const rapidjson::Value& value, std::string path, absl::Status& problem);

  bool Has(std::string_view name) const;
  // A string. Numbers are refused: YAML reads an unquoted 1.0 as one.
  std::string Text(std::string_view name, std::string fallback = "");
  // A string that is there and not empty.
  std::string RequiredText(std::string_view name);
  // One of `words`, as its index; `words` are for the message.
  int Word(std::string_view name, const std::vector<std::string_view>& words, int fallback);
  std::int64_t Integer(std::string_view name, std::int64_t least, std::int64_t most, std::int64_t fallback);
  // An integer, or a string such as `64KiB` or `5MiB`.
  std::uint64_t Bytes(std::string_view name, std::uint64_t most, std::uint64_t fallback);
  // Not negative unless `may_be_negative`.
  absl::Duration Duration(std::string_view name, absl::Duration fallback = absl::ZeroDuration(),
                          bool may_be_negative = false);
  bool Bool(std::string_view name);
  // An object whose members are taken as they are.
  Members RawMembers(std::string_view name);
  // Calls `read` with the member and its path, if it is there.
  using Reader = std::function<void(const rapidjson::Value& value, const std::string& path)>;
  void Object(std::string_view name, const Reader& read);
  // Calls `read` for each element of an array.
  void Each(std::string_view name, const Reader& read);

  // Refuses members that nobody asked for.
  void Finish();
  // Keeps `path.name: what` unless a problem is known already.
  void Problem(std::string_view name, std::string_view what);

 private:
  const rapidjson::Value* Find(std::string_view name);
  std::string PathOf(std::string_view name) const;

  const rapidjson::Value& value_;
  std::string path_;
  absl::Status& problem_;
  std::vector<std::string_view> asked_;
};

}  // namespace taskgateway::simulator
