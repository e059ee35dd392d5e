using System.Reflection;
using BenchmarkDotNet.Running;
using PollIO.Benchmarks;

BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args, BenchmarkSettings.Create());
return 0;
