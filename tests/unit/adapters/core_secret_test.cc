#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "adapters/core/secret.h"

namespace taskgateway::core {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(Printable<std::string>);
static_assert(!Printable<Secret>, "a secret must not print");
static_assert(!std::is_convertible_v<Secret, std::string> && !std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>, "text becomes a secret only on purpose");

// One that fits into the string itself, and one that lives on the heap.
class SecretTest : public testing::TestWithParam<std::string> {
 protected:
  Secret secret_{GetParam()};
};

TEST_P(SecretTest, RevealsWhatWasPutIn) { EXPECT_EQ(secret_.Reveal(), GetParam()); }

TEST_P(SecretTest, AMovedFromSecretIsEmpty) {
  const Secret taken = std::move(secret_);
  EXPECT_EQ(taken.Reveal(), GetParam());
  EXPECT_TRUE(secret_.empty());  // NOLINT(bugprone-use-after-move): the rule under test
  EXPECT_EQ(secret_.Reveal(), "");
}

TEST_P(SecretTest, MoveAssignmentTakesTheValueAndEmptiesTheOther) {
  Secret target("former");
  target = std::move(secret_);
  EXPECT_EQ(target.Reveal(), GetParam());
  EXPECT_TRUE(secret_.empty());  // NOLINT(bugprone-use-after-move): the rule under test
}

TEST_P(SecretTest, CopiesAreIndependent) {
  Secret copy("former");
  copy = secret_;
  EXPECT_EQ(copy, secret_);
  secret_ = Secret("other");
  EXPECT_EQ(copy.Reveal(), GetParam());
  EXPECT_NE(copy, secret_);
}

TEST_P(SecretTest, AssigningASecretToItselfKeepsIt) {
  const Secret& same = secret_;
  secret_ = same;
  EXPECT_EQ(secret_.Reveal(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(ShortAndLong, SecretTest, testing::Values("short", std::string(200, 's')),
                         [](const auto& test) { return test.param.size() < 10 ? "Short" : "Long"; });

}  // namespace
}  // namespace taskgateway::core
