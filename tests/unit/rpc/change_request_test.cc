// What CancelTask and ListTasks make of their requests, before any I/O.
#include <string>

#include "adapters/core/status_catalogue.h"
#include "gateway/rpc/cancel_task.h"
#include "gateway/rpc/list_tasks.h"
#include "gateway/tasks/page_token.h"
#include "gtest/gtest.h"
#include "tests/support/fake_upstream.h"

namespace taskgateway::rpc {
namespace {

class ChangeRequestTest : public testing::Test {
 protected:
  static v1::CancelTaskRequest Cancel(const std::string& name) {
    v1::CancelTaskRequest request;
    request.set_name(name);
    return request;
  }
  static v1::ListTasksRequest List(const std::string& parent = "sources/a", int page_size = 0,
                                   const std::string& product = "pp-1") {
    v1::ListTasksRequest request;
    request.set_parent(parent);
    request.set_page_size(page_size);
    request.set_provisioned_product_id(product);
    return request;
  }

  support::FakeUpstream upstream_{{"a", "b"}};
};

TEST_F(ChangeRequestTest, ACancellationNamesOneTask) {
  const auto target = ToCancel(Cancel("sources/b/tasks/t1"), upstream_.sources);
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->source, upstream_.sources.Find("b"));
  EXPECT_EQ(target->task_id, "t1");
}

TEST_F(ChangeRequestTest, ACancellationNamesNeitherEverySourceNorAnAlias) {
  for (const char* name : {"sources/-/tasks/t", "sources/a/provisionedProducts/pp/tasks/latest", "t", ""}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ToCancel(Cancel(name), upstream_.sources).status())) << name;
  }
}

TEST_F(ChangeRequestTest, ACancellationInAnUnknownSourceIsNotFound) {
  EXPECT_EQ(core::ReasonOf(ToCancel(Cancel("sources/c/tasks/t"), upstream_.sources).status()), "SOURCE_NOT_FOUND");
}

TEST_F(ChangeRequestTest, AListHas10TasksAPageAndAtMost100) {
  EXPECT_EQ(ToList(List(), upstream_.sources)->query.page_size, 10);
  EXPECT_EQ(ToList(List("sources/a", 1), upstream_.sources)->query.page_size, 1);
  EXPECT_EQ(ToList(List("sources/a", 100), upstream_.sources)->query.page_size, 100);
  EXPECT_EQ(ToList(List("sources/a", 101), upstream_.sources)->query.page_size, 100);
  const absl::Status negative = ToList(List("sources/a", -1), upstream_.sources).status();
  EXPECT_TRUE(absl::IsInvalidArgument(negative));
  EXPECT_NE(negative.message().find("page_size"), std::string::npos) << negative;
}

TEST_F(ChangeRequestTest, AListHasOneSourceAsItsParent) {
  EXPECT_EQ(ToList(List("sources/b"), upstream_.sources)->source, upstream_.sources.Find("b"));
  for (const char* parent : {"sources/-", "sources/", "sources/a/tasks", "a", "", "sources/A"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ToList(List(parent), upstream_.sources).status())) << parent;
  }
  EXPECT_EQ(core::ReasonOf(ToList(List("sources/c"), upstream_.sources).status()), "SOURCE_NOT_FOUND");
}

TEST_F(ChangeRequestTest, AListIsOfOneProduct) {
  for (const std::string& product : {std::string(), std::string("-"), std::string("a b"), std::string(129, 'x')}) {
    const absl::Status status = ToList(List("sources/a", 0, product), upstream_.sources).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << product;
    EXPECT_NE(status.message().find("provisioned_product_id"), std::string::npos) << status;
  }
}

TEST_F(ChangeRequestTest, ATokenLeadsToItsPage) {
  v1::ListTasksRequest request = List();
  EXPECT_EQ(ToList(request, upstream_.sources)->query.page_number, 1);
  request.set_page_token(tasks::ToPageToken("a", {.provisioned_product_id = "pp-1", .page_number = 7}));
  EXPECT_EQ(ToList(request, upstream_.sources)->query.page_number, 7);
}

TEST_F(ChangeRequestTest, AMalformedOrForeignTokenIsRefusedWithItsField) {
  v1::ListTasksRequest request = List();
  for (const std::string& token :
       {std::string("x"), tasks::ToPageToken("b", {.provisioned_product_id = "pp-1", .page_number = 2}),
        tasks::ToPageToken("a", {.provisioned_product_id = "pp-2", .page_number = 2}),
        tasks::ToPageToken("a", {.provisioned_product_id = "pp-1", .page_number = 2, .page_size = 20})}) {
    request.set_page_token(token);
    const absl::Status status = ToList(request, upstream_.sources).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << token;
    EXPECT_NE(status.message().find("page_token"), std::string::npos) << status;
  }
}

}  // namespace
}  // namespace taskgateway::rpc
