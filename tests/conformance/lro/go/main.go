// Follows, cancels and lists tasks with cloud.google.com/go/longrunning, which knows google.longrunning.Operations alone.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"cloud.google.com/go/longrunning"
	lroauto "cloud.google.com/go/longrunning/autogen"
	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	taskgatewayv1 "taskgateway/v1"
)

func must(err error) {
	if err != nil {
		log.Panic(err)
	}
}

func expect(what string, got, want any) {
	if got != want {
		log.Panicf("%s: %v, not %v", what, got, want)
	}
	fmt.Printf("%s: %v\n", what, got)
}

// operation is what a generated client would have answered with.
func operation(ctx context.Context, client *lroauto.OperationsClient, task string) *longrunning.Operation {
	proto, err := client.GetOperation(ctx, &longrunningpb.GetOperationRequest{Name: "sources/cloud-control/operations/" + task})
	must(err)
	return longrunning.InternalNewOperation(client, proto)
}

func main() {
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	connection, err := grpc.NewClient(os.Getenv("TASKGATEWAY_ADDRESS"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	client, err := lroauto.NewOperationsClient(ctx, option.WithGRPCConn(connection))
	must(err)

	failed := operation(ctx, client, "task-cc-failed")
	err = failed.Poll(ctx, &taskgatewayv1.Task{})
	expect("failed", status.Code(err), codes.PermissionDenied)
	var metadata taskgatewayv1.Task
	must(failed.Metadata(&metadata))
	expect("root cause", metadata.GetError().GetRootCode(), "InvalidRamUser.NoPermission")

	pending := operation(ctx, client, "task-cc-pending")
	expect("pending is done", pending.Done(), false)
	must(pending.Cancel(ctx))
	err = pending.WaitWithInterval(ctx, nil, time.Second)
	expect("cancelled", status.Code(err), codes.Canceled)
	must(pending.Cancel(ctx)) // what has ended: OK

	expect("delete", status.Code(failed.Delete(ctx)), codes.Unimplemented)

	listed := client.ListOperations(ctx, &longrunningpb.ListOperationsRequest{
		Name: "sources/service-catalog", Filter: `provisioned_product_id="pp-demo"`, PageSize: 2})
	count := 0
	for {
		_, err := listed.Next()
		if errors.Is(err, iterator.Done) {
			break
		}
		must(err)
		count++
	}
	expect("listed over two pages", count, 3)

	var task taskgatewayv1.Task
	must(operation(ctx, client, "task-cc-progress").Wait(ctx, &task))
	expect("result", task.GetState(), taskgatewayv1.Task_SUCCEEDED)
}
