// Decoding a reply into a Task, against nothing but a RapidJSON in-situ parse of the same bytes. Parsing in situ
// destroys the text, so either side works on a copy, whose making counts. Beside it the parse with a pool on the stack.
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

#include "rapidjson/document.h"
#include "tests/bench/paired_benchmark.h"
#include "tests/bench/payloads.h"

namespace taskgateway::bench {
namespace {

constexpr TaskRef RefOf(const Sample& sample) { return {.name = sample.task_name, .host = "bench.invalid"}; }

Reply<DecodedTask> Decode(const Sample& sample) {
  return sample.adapter->DecodeGetTask({.status = 200, .headers = {}, .body = sample.body}, RefOf(sample), false);
}

// As RapidJSON's documentation has it.
void Parse(const Sample& sample) {
  std::string text = sample.body;
  rapidjson::Document document;
  document.ParseInsitu(text.data());
  benchmark::DoNotOptimize(document.HasParseError());
}

// The fastest that RapidJSON is on small texts: the pool begins on the stack.
void ParseOnStack(const Sample& sample) {
  std::string text = sample.body;
  alignas(std::max_align_t) char first_chunk[4096];
  rapidjson::MemoryPoolAllocator<> pool(first_chunk, sizeof first_chunk);
  rapidjson::Document document(&pool);
  document.ParseInsitu(text.data());
  benchmark::DoNotOptimize(document.HasParseError());
}

void CompareDecoding(benchmark::State& state, const Sample& sample, const Goal& goal) {
  if (const absl::Status status = Decode(sample).verdict.status; !status.ok()) {
    std::cerr << "bench_micro: the sample does not decode: " << status << "\n";
    std::exit(1);
  }
  Compare(
      state, goal,
      [&] {
        Reply<DecodedTask> reply = Decode(sample);
        benchmark::DoNotOptimize(reply);
      },
      [&] { Parse(sample); });
}

void CompareStack(benchmark::State& state, const Sample& sample) {
  Compare(
      state, {}, [&] { ParseOnStack(sample); }, [&] { Parse(sample); });
}

void CloudControlStack(benchmark::State& state) { CompareStack(state, CloudControlSample()); }
void ServiceCatalogStack(benchmark::State& state) { CompareStack(state, ServiceCatalogSample()); }
void CloudControl(benchmark::State& state) { CompareDecoding(state, CloudControlSample(), {.hold = 2.5, .aim = 2.0}); }
void ServiceCatalog(benchmark::State& state) {
  CompareDecoding(state, ServiceCatalogSample(), {.hold = 2.5, .aim = 2.0});
}
void LogOfBlocks(benchmark::State& state) { CompareDecoding(state, ServiceCatalogLog(56, 90'000), {.hold = 1.5}); }
void LogOfLines(benchmark::State& state) { CompareDecoding(state, ServiceCatalogLog(30'000, 100), {}); }

void Serialize(benchmark::State& state) {
  const v1::Task task = *Decode(ServiceCatalogSample()).value.task;
  Measure(state, {}, [&] {
    std::string bytes = task.SerializeAsString();
    benchmark::DoNotOptimize(bytes);
  });
}

BENCHMARK(CloudControl)->Name("decode Cloud Control's sample, 713 bytes")->Iterations(1);
BENCHMARK(ServiceCatalog)->Name("decode Service Catalog's sample, 1,276 bytes")->Iterations(1);
BENCHMARK(CloudControlStack)->Name("parse Cloud Control's with a pool on the stack")->Iterations(1);
BENCHMARK(ServiceCatalogStack)->Name("parse Service Catalog's with a pool on the stack")->Iterations(1);
BENCHMARK(LogOfBlocks)->Name("decode a log of 5 MB in 56 entries")->Iterations(1);
BENCHMARK(LogOfLines)->Name("decode a log of 30,000 lines, an entry each")->Iterations(1);
BENCHMARK(Serialize)->Name("serialize the Task of Service Catalog's sample")->Iterations(1);

}  // namespace
}  // namespace taskgateway::bench
