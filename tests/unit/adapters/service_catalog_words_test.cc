#include "adapters/service_catalog/words.h"
#include "gtest/gtest.h"

namespace taskgateway::service_catalog {
namespace {

using v1::Task;

TEST(ServiceCatalogWords, StateOfEveryDocumentedWord) {
  EXPECT_EQ(StateOf("InProgress"), Task::RUNNING);
  EXPECT_EQ(StateOf("Succeeded"), Task::SUCCEEDED);
  EXPECT_EQ(StateOf("Failed"), Task::FAILED);
}

TEST(ServiceCatalogWords, ActionOfEveryDocumentedWord) {
  EXPECT_EQ(ActionOf("LaunchProduct"), Task::CREATE);
  EXPECT_EQ(ActionOf("UpdateProvisionedProduct"), Task::UPDATE);
  EXPECT_EQ(ActionOf("TerminateProvisionedProduct"), Task::DELETE);
}

TEST(ServiceCatalogWords, LetterCaseAndSurroundingWhiteSpaceDoNotCount) {
  EXPECT_EQ(StateOf(" \tINPROGRESS\r\n"), Task::RUNNING);
  EXPECT_EQ(StateOf("failed "), Task::FAILED);
  EXPECT_EQ(ActionOf("\nlaunchproduct "), Task::CREATE);
}

TEST(ServiceCatalogWords, AnythingElseIsUnknown) {
  // Words of the other API and of provisioned products are no states of a task here.
  for (const char* word :
       {"", " ", "In Progress", "Running", "Pending", "Cancelled", "Available", "UnderChange", "Error"}) {
    EXPECT_EQ(StateOf(word), Task::UNKNOWN) << word;
  }
  EXPECT_EQ(StateOf(std::string_view("Failed\0", 7)), Task::UNKNOWN);
  for (const char* word : {"", "Launch", "Create", "OTHER"}) EXPECT_EQ(ActionOf(word), Task::OTHER) << word;
}

}  // namespace
}  // namespace taskgateway::service_catalog
