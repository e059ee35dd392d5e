using System.Runtime.InteropServices;

namespace PollIO.Tests.Packets;

public sealed unsafe class TaggedStackSurvivesReuse
{
    [Fact]
    public void LastInFirstOut()
    {
        WithStack(4, (stack, owners) =>
        {
            Assert.False(stack->TryPop(out _));
            stack->Push(2);
            stack->Push(0);
            stack->Link(3, 1);
            stack->PushChain(3, 1);
            Assert.Equal(4, stack->CountQuiescent(10));
            Assert.Equal(2, stack->CountQuiescent(2));
            Assert.Equal([3u, 1u, 0u, 2u], PopAll(stack));
            Assert.Equal(0, stack->CountQuiescent(10));
        });
    }

    [Fact]
    public void LargestIndexFits()
    {
        // Only its own link is touched.
        uint largest = TaggedStack.MaxCount - 1;
        var links = (uint*)NativeMemory.Alloc((nuint)largest + 1, sizeof(uint));
        TaggedStack stack = default;
        stack.Initialize(links);
        stack.Push(largest);
        stack.Push(largest - 1);
        Assert.True(stack.TryPop(out uint first));
        Assert.True(stack.TryPop(out uint second));
        NativeMemory.Free(links);
        Assert.Equal((largest - 1, largest), (first, second));
    }

    [Fact]
    public void FourThreadsOnThreeIndicesLoseAndDoubleNothing()
    {
        // Few indices, so that the same ones come back to the top all the time: what the tag is for.
        const int count = 3, threads = 4, rounds = 60_000;
        WithStack(count, (stack, owners) =>
        {
            for (uint i = 0; i < count; i++)
            {
                stack->Push(i);
            }

            long popped = 0;
            nint at = (nint)stack, owned = (nint)owners;
            void Use()
            {
                var stack = (TaggedStack*)at;
                var owners = (int*)owned;
                long own = 0;
                for (int round = 0; round < rounds; round++)
                {
                    if (!stack->TryPop(out uint first))
                    {
                        continue;
                    }

                    own++;
                    bool two = stack->TryPop(out uint second);
                    Assert.Equal(1, Interlocked.Increment(ref owners[first]));
                    Assert.True(!two || Interlocked.Increment(ref owners[second]) == 1);

                    // The first is on top again while the second, which stood behind it, is still in this thread's hands.
                    Interlocked.Decrement(ref owners[first]);
                    stack->Push(first);
                    if (two)
                    {
                        Interlocked.Decrement(ref owners[second]);
                        stack->Push(second);
                    }
                }

                Interlocked.Add(ref popped, own);
            }

            LCoreThread.RunAll([.. Enumerable.Repeat<(bool, Action)>((false, Use), threads)]);

            Assert.True(popped > rounds);
            Assert.Equal([0u, 1u, 2u], PopAll(stack).Order());
        });
    }

    private delegate void StackTest(TaggedStack* stack, int* owners);

    private static void WithStack(int count, StackTest test)
    {
        var stack = (TaggedStack*)NativeMemory.AlignedAlloc((nuint)sizeof(TaggedStack), 128);
        var links = (uint*)NativeMemory.AllocZeroed((nuint)count, sizeof(uint));
        var owners = (int*)NativeMemory.AllocZeroed((nuint)count, sizeof(int));
        *stack = default;
        stack->Initialize(links);
        test(stack, owners);
        NativeMemory.Free(owners);
        NativeMemory.Free(links);
        NativeMemory.AlignedFree(stack);
    }

    private static List<uint> PopAll(TaggedStack* stack)
    {
        var popped = new List<uint>();
        while (stack->TryPop(out uint index))
        {
            popped.Add(index);
        }

        return popped;
    }
}
