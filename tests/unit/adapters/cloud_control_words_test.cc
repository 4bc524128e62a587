#include "adapters/cloud_control/words.h"
#include "gtest/gtest.h"

namespace taskgateway::cloud_control {
namespace {

using v1::Task;

TEST(CloudControlWords, StateOfEveryDocumentedWord) {
  EXPECT_EQ(StateOf("Pending"), Task::PENDING);
  EXPECT_EQ(StateOf("Running"), Task::RUNNING);
  EXPECT_EQ(StateOf("Succeeded"), Task::SUCCEEDED);
  EXPECT_EQ(StateOf("Failed"), Task::FAILED);
  EXPECT_EQ(StateOf("Cancelling"), Task::CANCELLING);
  EXPECT_EQ(StateOf("Canceling"), Task::CANCELLING);
  EXPECT_EQ(StateOf("Cancelled"), Task::CANCELLED);
  EXPECT_EQ(StateOf("Canceled"), Task::CANCELLED);
}

TEST(CloudControlWords, ActionOfEveryDocumentedWord) {
  EXPECT_EQ(ActionOf("Create"), Task::CREATE);
  EXPECT_EQ(ActionOf("Update"), Task::UPDATE);
  EXPECT_EQ(ActionOf("Delete"), Task::DELETE);
}

TEST(CloudControlWords, LetterCaseAndSurroundingWhiteSpaceDoNotCount) {
  EXPECT_EQ(StateOf(" \tSUCCEEDED\r\n"), Task::SUCCEEDED);
  EXPECT_EQ(StateOf("canceLLed "), Task::CANCELLED);
  EXPECT_EQ(ActionOf("\nDELETE "), Task::DELETE);
}

TEST(CloudControlWords, AnythingElseIsUnknown) {
  for (const char* word : {"", " ", "Succeed", "Succeeded!", "Suc ceeded", "InProgress", "UNKNOWN", "0"}) {
    EXPECT_EQ(StateOf(word), Task::UNKNOWN) << word;
  }
  EXPECT_EQ(StateOf(std::string_view("Failed\0", 7)), Task::UNKNOWN);
  for (const char* word : {"", "Creates", "LaunchProduct", "OTHER"}) EXPECT_EQ(ActionOf(word), Task::OTHER) << word;
}

}  // namespace
}  // namespace taskgateway::cloud_control
