// Listing the tasks of a provisioned product, over real sockets.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using grpc::StatusCode;
using simulator::Api;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ListTasksTest : public GatewayTest {
 protected:
  static v1::ListTasksRequest Of(const std::string& product, int page_size = 0) {
    v1::ListTasksRequest request;
    request.set_parent("sources/sc");
    request.set_provisioned_product_id(product);
    request.set_page_size(page_size);
    return request;
  }
  grpc::Status List(const v1::ListTasksRequest& request, v1::ListTasksResponse* page) {
    grpc::ClientContext context;
    return stub().ListTasks(&context, request, page);
  }
  // `count` tasks of product `pp`, `t1` the oldest.
  void PlayTasks(int count, const std::string& more = "") {
    std::string scenario = "tasks:\n";
    for (int i = 1; i <= count; ++i) {
      absl::StrAppend(&scenario, "- {api: service_catalog, id: t", i,
                      ", fields: {ProvisionedProductId: pp}, steps: [{status: Succeeded", more, "}]}\n");
    }
    Play(scenario);
  }
};

TEST_F(ListTasksTest, PagesLeadFromTheNewestToTheOldest) {
  StartGateway();
  PlayTasks(5);
  v1::ListTasksRequest request = Of("pp", 2);
  std::vector<std::string> names;
  do {
    v1::ListTasksResponse page;
    const grpc::Status status = List(request, &page);
    ASSERT_TRUE(status.ok()) << status.error_message();
    for (const v1::Task& task : page.tasks()) names.push_back(task.uid());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("t5", "t4", "t3", "t2", "t1"));
  EXPECT_EQ(simulator().Requests(Api::kServiceCatalog, "ListTasks"), 3u);
}

TEST_F(ListTasksTest, AnItemHasNoEtagAndIsNotRemembered) {
  StartGateway();
  PlayTasks(1);
  v1::ListTasksResponse page;
  ASSERT_TRUE(List(Of("pp"), &page).ok());
  ASSERT_THAT(page.tasks(), SizeIs(1));
  EXPECT_EQ(page.tasks(0).name(), "sources/sc/tasks/t1");
  EXPECT_EQ(page.tasks(0).state(), v1::Task::SUCCEEDED);
  EXPECT_EQ(page.tasks(0).etag(), "");
  EXPECT_TRUE(page.tasks(0).has_read_time());
  EXPECT_THAT(page.tasks(0).logs(), IsEmpty());
  v1::Task task;
  ASSERT_TRUE(Get("sources/sc/tasks/t1", &task).ok());
  EXPECT_EQ(Reads(Api::kServiceCatalog), 1u) << "though a done task is never asked for again";
}

TEST_F(ListTasksTest, AProductWithoutTasksIsAnEmptyPage) {
  StartGateway();
  Play("provisioned_products: [{id: pp}]");
  v1::ListTasksResponse page;
  ASSERT_TRUE(List(Of("pp"), &page).ok());
  EXPECT_THAT(page.tasks(), IsEmpty());
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(ListTasksTest, APageNeverExceedsTheSizeOfAUnaryAnswer) {
  StartGateway();
  PlayTasks(100, absl::StrCat(", status_message: \"", std::string(100'000, 'x'), "\""));
  v1::ListTasksResponse page;
  const grpc::Status status = List(Of("pp", 100), &page);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_THAT(page.tasks(), SizeIs(100));
  EXPECT_LE(page.ByteSizeLong(), std::size_t{3584} << 10);
  EXPECT_GT(page.ByteSizeLong(), std::size_t{1} << 20) << "no more than necessary is cut";
}

TEST_F(ListTasksTest, ATokenOfAnotherListIsRefused) {
  StartGateway();
  PlayTasks(5);
  v1::ListTasksResponse page;
  ASSERT_TRUE(List(Of("pp", 2), &page).ok());
  v1::ListTasksRequest request = Of("pp", 3);
  request.set_page_token(page.next_page_token());
  const grpc::Status status = List(request, &page);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations(0).field(), "page_token");
}

TEST_F(ListTasksTest, ASourceThatCannotListSaysSoBeforeAnyCall) {
  StartGateway();
  v1::ListTasksRequest request = Of("pp");
  request.set_parent("sources/cc");
  v1::ListTasksResponse page;
  const grpc::Status status = List(request, &page);
  EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(ReasonOf(status), "LIST_UNSUPPORTED_BY_SOURCE");
}

}  // namespace
}  // namespace taskgateway::e2e
