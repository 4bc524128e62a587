// Runs a fuzzer's seeds, each of them whole and cut short, without libFuzzer: `NAME_fuzzer CORPUS_FOLDER`.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// Cuts of one seed at most: a small one is cut at every byte.
constexpr std::size_t kMaxCuts = 4096;

std::vector<std::uint8_t> ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void Run(const std::vector<std::uint8_t>& seed, std::size_t size) {
  // A copy of exactly this size, so that AddressSanitizer sees a read behind the cut.
  const std::vector<std::uint8_t> input(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(size));
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::cerr << "usage: " << argv[0] << " CORPUS_FOLDER\n";
    return 2;
  }
  std::vector<std::filesystem::path> seeds;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.is_regular_file()) seeds.push_back(entry.path());
  }
  if (seeds.empty()) {
    std::cerr << argv[1] << " has no seeds\n";
    return 1;
  }
  std::sort(seeds.begin(), seeds.end());
  std::size_t inputs = 0;
  for (const std::filesystem::path& path : seeds) {
    std::cerr << path.filename().string() << '\n';  // the last one printed is the one that crashed
    const std::vector<std::uint8_t> seed = ReadFile(path);
    const std::size_t step = std::max<std::size_t>(seed.size() / kMaxCuts, 1);
    for (std::size_t size = 0; size < seed.size(); size += step, ++inputs) Run(seed, size);
    Run(seed, seed.size());
    ++inputs;
  }
  std::cout << seeds.size() << " seeds, " << inputs << " inputs\n";
}
