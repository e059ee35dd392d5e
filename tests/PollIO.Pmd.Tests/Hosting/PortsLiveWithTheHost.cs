using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PollIO.Hosting;
using PollIO.Pipelines;
using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.Hosting;

public sealed class PortsLiveWithTheHost
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task KeyedPipesMovePacketsWhileTheHostRuns()
    {
        string wire = $"hosted{Guid.NewGuid():N}"[..20];
        var log = new LogOfATest();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["PollIO:ReserveCpus"] = "false",
            ["PollIO:Pools:small:Count"] = "6000",
            ["PollIO:Ports:lan:Spec"] = $"ring:{wire}",
            ["PollIO:Ports:lan:Pool"] = "small",
            ["PollIO:Ports:lan:Idle"] = "Yield",
            ["PollIO:Ports:wan:Spec"] = $"ring:{wire}",
            ["PollIO:Ports:wan:Idle"] = "Yield",
            ["PollIO:Ports:wan:Pipe:Quota"] = "128",
            ["PollIO:Ports:wan:Pipe:WhenFull"] = "Drop",
        });
        builder.Logging.AddProvider(log);
        builder.Services.AddPollIO(builder.Configuration.GetSection("PollIO"));
        using IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var lan = host.Services.GetRequiredKeyedService<IDuplexPipe>("lan");
        var wan = host.Services.GetRequiredKeyedService<PacketPipe>("wan");
        Assert.Equal(PortState.Started, host.Services.GetRequiredKeyedService<Port>("wan").State);
        Assert.Equal("small", host.Services.GetRequiredKeyedService<Port>("lan").Config.Pool.Name);

        byte[] question = Frames.Make(100);
        await lan.Output.WriteAsync(question);
        ReadResult result = await wan.Input.ReadAsync().AsTask().WaitAsync(s_patience);
        Assert.Equal(question, result.Buffer.ToArray());
        wan.Input.AdvanceTo(result.Buffer.End);

        ValueTask<ReadResult> last = wan.Input.ReadAsync();
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.True((await last.AsTask().WaitAsync(s_patience)).IsCompleted);
        Assert.Equal(PortState.Stopped, host.Services.GetRequiredKeyedService<Port>("wan").State);
        Assert.Contains(log.Lines, line => line.StartsWith("port lan (ring:", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line == "port wan stopped: 1 packets received, 0 dropped, 0 sent");
    }

    [Fact]
    public async Task ConfigurationThatCannotBeServedSaysWhy()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPollIO(new PollIOOptions { ReserveCpus = false, Ports = { ["lan"] = new PortSettings { Spec = "null:", Pool = "huge" } } });
        using IHost host = builder.Build();

        var error = await Assert.ThrowsAsync<PollIOException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("huge", error.Message, StringComparison.Ordinal);
    }

    private sealed class LogOfATest : ILoggerProvider, ILogger
    {
        private readonly List<string> _lines = [];

        internal IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
